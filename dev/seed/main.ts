import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import { serviceNames } from "@lacio/testkit/environment";
import { seed, type Seeded } from "../seed.ts";

// Seeds the services at AUTH_URL, STAFF_URL, … as the ADMIN of BOOTSTRAP_ADMIN_EMAIL and _PASSWORD, and prints the salon's other accounts, as
// JSON: a child of the starter, or a pod, which may be there before the services are.
const patienceMs = 150_000;
const env = (name: string) => process.env[name] ?? "";
const urls = Object.fromEntries(serviceNames.map((name) => [name, env(`${name.toUpperCase()}_URL`)]));
const system: Seeded = { urls, admin: { email: env("BOOTSTRAP_ADMIN_EMAIL"), password: env("BOOTSTRAP_ADMIN_PASSWORD") } };

for (const deadline = Date.now() + patienceMs; ; await sleep(1_000)) {
  try {
    console.log(JSON.stringify(await seed(system)));
    break;
  } catch (error) {
    if (ConnectError.from(error).code !== Code.Unavailable || Date.now() > deadline) throw error;
  }
}
