import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { serviceNames } from "@lacio/testkit/environment";
import { webEnvironment } from "@lacio/testkit/system/web";

// The pages with hot reload, beside a running `npm start` whose services they call: `npm run web -- --port 5173`.
const root = path.resolve(import.meta.dirname, "..");
const file = path.join(root, ".lacio/run.json");
if (!fs.existsSync(file)) {
  console.error("Nothing runs here: npm start first.");
  process.exit(1);
}
const { urls } = JSON.parse(fs.readFileSync(file, "utf8")) as { urls: Record<string, string> };
const peers = Object.fromEntries(serviceNames.map((name) => [`${name.toUpperCase()}_URL`, urls[name]!]));
const vite = path.join(root, "node_modules/vite/bin/vite.js");
const child = spawn(process.execPath, [vite, "dev", ...process.argv.slice(2)], {
  cwd: path.join(root, "web"),
  env: { ...process.env, ...webEnvironment(peers, urls.edge!, urls.stripe) },
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
child.on("exit", (code) => process.exit(code ?? 1));
