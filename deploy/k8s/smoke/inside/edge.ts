import { X509Certificate } from "node:crypto";
import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import type { TLSSocket } from "node:tls";

// Asks the edge on a new connection each time, about ten times a second, and trusts the old and the new certificate. Says when the new one is
// served first, asks for five more seconds, and ends with what failed in all that time.
const { oldCertificate, newCertificate, seconds } = JSON.parse(process.argv[1]!) as {
  oldCertificate: string;
  newCertificate: string;
  seconds: number;
};
const wanted = new X509Certificate(newCertificate).fingerprint256;
const failed: string[] = [];
let [requests, until, seen] = [0, Date.now() + seconds * 1_000, false];
console.log("asking");
while (Date.now() < until) {
  requests++;
  const served = await ask().catch((error: unknown) => void failed.push(String(error)));
  if (served === wanted && !seen) {
    seen = true;
    until = Date.now() + 5_000;
    console.log("new");
  } else if (seen && served && served !== wanted) failed.push("the old certificate after the new one");
  await sleep(100);
}
console.log(JSON.stringify({ requests, failed }));

function ask(): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { ca: [oldCertificate, newCertificate], agent: false as const, timeout: 5_000 };
    const request = https.get("https://edge/v1/services", options, (answer) => {
      const { fingerprint256 } = (answer.socket as TLSSocket).getPeerCertificate();
      answer
        .resume()
        .once("end", () => (answer.statusCode === 200 ? resolve(fingerprint256) : reject(new Error(`status ${answer.statusCode}`))));
    });
    request.once("timeout", () => request.destroy(new Error("time-out"))).once("error", reject);
  });
}
