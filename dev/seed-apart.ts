import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { serviceNames, type Account } from "@lacio/testkit/environment";
import type { Seeded } from "./seed.ts";

const program = path.join(import.meta.dirname, "seed/main.ts");

/** Seeds in a child process, so that the starter does not keep the clients of all services in memory for as long as it runs. */
export async function seedApart({ urls, admin }: Seeded): Promise<Account[]> {
  const addresses = Object.fromEntries(serviceNames.map((name) => [`${name.toUpperCase()}_URL`, urls[name]]));
  const env = { ...process.env, ...addresses, BOOTSTRAP_ADMIN_EMAIL: admin.email, BOOTSTRAP_ADMIN_PASSWORD: admin.password };
  const { stdout } = await promisify(execFile)(process.execPath, [program], { env });
  return [...(JSON.parse(stdout) as Account[]), { role: "ADMIN", ...admin }];
}
