import { trustEdge } from "@lacio/testkit/testing";
import type { SystemDescription } from "@lacio/testkit/system";

export interface Answer<T> {
  status: number;
  body: T;
  headers: Headers;
  bytes: Buffer;
}

/** The form of every REST error: clients switch on `details[].reason`. */
export interface RestError {
  code: number;
  message: string;
  details: { "@type": string; reason?: string; fieldViolations?: { field: string; description: string }[]; alternatives?: unknown[] }[];
}

export type Rest = ReturnType<typeof rest>;

/** REST through the edge, with or without an access token. */
export function rest(system: SystemDescription, token?: string) {
  trustEdge(system);
  async function send<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    const authorization: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
    const init = { method, headers: { "content-type": "application/json", ...authorization, ...headers } };
    const response = await fetch(new URL(path, system.urls.edge), body === undefined ? init : { ...init, body: JSON.stringify(body) });
    const bytes = Buffer.from(await response.arrayBuffer());
    const json = response.headers.get("content-type")?.includes("json");
    return {
      status: response.status,
      headers: response.headers,
      bytes,
      body: (json ? JSON.parse(bytes.toString() || "{}") : undefined) as T,
    };
  }
  return {
    get: <T = RestError>(path: string, headers?: Record<string, string>) => send<T>("GET", path, undefined, headers),
    post: <T = RestError>(path: string, body: unknown = {}, headers?: Record<string, string>) => send<T>("POST", path, body, headers),
    patch: <T = RestError>(path: string, body: unknown) => send<T>("PATCH", path, body),
    put: <T = RestError>(path: string, body: unknown) => send<T>("PUT", path, body),
    delete: <T = RestError>(path: string) => send<T>("DELETE", path),
    send,
  };
}

export const reasonOf = ({ body }: Answer<unknown>): string | undefined =>
  (body as RestError | undefined)?.details?.find((detail) => detail["@type"].endsWith("ErrorInfo"))?.reason;
