import fs from "node:fs";
import https from "node:https";

/** An agent that accepts the edge's local certificate. */
export const trusted = (certificate: string) => new https.Agent({ ca: fs.readFileSync(certificate, "utf8"), keepAlive: false });

/** REST calls, anonymous or with the token given to `as`. @throws Error with status and body of any answer but 200 */
export function call(edge: string, agent: https.Agent, token?: string): Api {
  const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    new Promise<Buffer>((resolve, reject) => {
      const authorization = token ? { authorization: `Bearer ${token}` } : {};
      const request = https.request(
        new URL(path, edge),
        { method, agent, headers: { "content-type": "application/json", ...authorization, ...headers } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () => {
            const answer = Buffer.concat(chunks);
            if (response.statusCode === 200) resolve(answer);
            else reject(new Error(`${method} ${path}: ${response.statusCode} ${answer.toString()}`));
          });
        },
      );
      request.on("error", reject);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  const json = async <T>(answer: Promise<Buffer>) => JSON.parse((await answer).toString()) as T;
  return {
    get: <T>(path: string) => json<T>(send("GET", path)),
    post: <T>(path: string, body: unknown, headers?: Record<string, string>) => json<T>(send("POST", path, body, headers)),
    bytes: (path: string) => send("GET", path),
    as: (accessToken: string) => call(edge, agent, accessToken),
  };
}

export interface Api {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown, headers?: Record<string, string>): Promise<T>;
  bytes(path: string): Promise<Buffer>;
  as(accessToken: string): Api;
}
