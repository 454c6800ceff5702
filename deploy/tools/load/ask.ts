import { setTimeout as sleep } from "node:timers/promises";
import type { Connection, Request } from "./connections.ts";
import type { Recorder } from "./report.ts";
import type { Wishes } from "./wishes.ts";

export interface Visitor {
  /** The first, the second, … */
  n: number;
  wishes: Wishes;
  record: Recorder;
  pace: () => Promise<void>;
  connection: Connection;
  /** Counts the sales of all visitors. */
  nextSale: () => number;
}

export const get = (path: string, headers: Record<string, string> = {}): Request => ({ method: "GET", path, headers });

/** The body of an answer 200, as soon as the rate allows to ask; nothing when it failed, which is recorded. A redirect is followed. */
export async function ask(visitor: Visitor, kind: string, request: Request): Promise<string | undefined> {
  const { record, pace, connection, wishes } = visitor;
  await pace();
  record.asked(kind);
  try {
    const { status, body, location } = await connection.send(request);
    if (status === 200) return body;
    if (status === 307 && location) return await ask(visitor, kind, { ...request, path: location });
    record.failed(kind, `${status} ${/<title>.*<\/title>/.exec(body)?.[0] ?? body.trim().slice(0, 300)}`);
  } catch (error) {
    const { name, message, code } = error as Error & { code?: string };
    record.failed(kind, name === "AbortError" ? `no answer in ${wishes.patienceMs / 1_000} s` : `${code ?? name}: ${message}`);
    await sleep(100); // no storm on an edge that is away
  }
  return undefined;
}

export async function post<T>(visitor: Visitor, kind: string, path: string, body: object, headers: Record<string, string> = {}) {
  const json = { "content-type": "application/json", ...headers };
  const answer = await ask(visitor, kind, { method: "POST", path, headers: json, body: JSON.stringify(body) });
  return answer === undefined ? undefined : (JSON.parse(answer) as T);
}
