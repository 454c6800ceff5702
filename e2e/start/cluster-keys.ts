import fs from "node:fs";
import https from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";

/** Plays the API server's /openid/v1/jwks, which shows its keys to who brings the bearer alone. */
export async function showKeys(jwksFile: string, certificate: string, bearer: string) {
  const key = fs.readFileSync(path.join(path.dirname(certificate), "key.pem"));
  const server = https.createServer({ key, cert: fs.readFileSync(certificate) }, (request, response) => {
    if (request.headers.authorization !== `Bearer ${bearer}`) return void response.writeHead(403).end('{"kind":"Status","code":403}');
    response.setHeader("content-type", "application/jwk-set+json").end(fs.readFileSync(jwksFile));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}/openid/v1/jwks`,
    stop: () => void (server.close(), server.closeAllConnections()),
  };
}
