import fs from "node:fs";
import http2 from "node:http2";
import { startSystem, type SystemDescription } from "@lacio/testkit/system";
import { signUp } from "@lacio/testkit/testing";
import { rest } from "../rest.ts";

/**
 * One address calls ResetPassword with an invalid token many times in parallel, while a client signs in.
 * `sh dev/run e2e/attacks/reset-nonsense.ts` does it 500 times against its own system, with the limits of a real edge.
 */
export async function resetNonsense(system: SystemDescription, calls: number) {
  const honest = await signUp(system);
  const startedAt = performance.now();
  const connections = Array.from({ length: Math.ceil(calls / streams) }, (_, n) => burst(system, Math.min(streams, calls - n * streams)));
  const attack = Promise.all(connections);
  const over = attack.then(() => true);
  const logins: { status: number; ms: number }[] = [];
  do {
    const at = performance.now();
    const { status } = await rest(system).post("/v1/auth/login", honest);
    logins.push({ status, ms: Math.round(performance.now() - at) });
  } while (logins.length < 10 && !(await Promise.race([over, Promise.resolve(false)])));
  const answers = Object.fromEntries(
    Object.entries(Object.groupBy((await attack).flat(), String)).map(([status, all]) => [status, all!.length]),
  );
  return { answers, attackMs: Math.round(performance.now() - startedAt), logins };
}

const streams = 32; // the edge's maximum of concurrent streams per connection

async function burst({ urls, certificate }: SystemDescription, calls: number): Promise<number[]> {
  const session = http2.connect(urls.edge!, { ca: fs.readFileSync(certificate) });
  try {
    return await Promise.all(Array.from({ length: calls }, () => reset(session)));
  } finally {
    session.close();
  }
}

const reset = (session: http2.ClientHttp2Session) =>
  new Promise<number>((resolve) => {
    const call = session.request({ ":method": "POST", ":path": "/v1/auth/reset-password", "content-type": "application/json" });
    call.on("response", (headers) => resolve(headers[":status"]!)).on("close", () => resolve(0));
    call.on("error", () => {}); // "close" follows and resolves
    call.resume().end(JSON.stringify({ token: "nonsense", password: "una clave inventada" }));
  });

if (import.meta.main) {
  const system = await startSystem({ services: ["auth"], stripe: false, fsync: false, lean: false });
  console.log(JSON.stringify(await resetNonsense(system, 500)));
  await system.stop();
}
