import fs from "node:fs";
import path from "node:path";
import { serviceNames, type Account } from "@lacio/testkit/environment";
import { removeState } from "@lacio/testkit/infra/postgres-files";
import { endLeftovers, starterOf } from "@lacio/testkit/processes/leftovers";
import { seedApart } from "./seed-apart.ts";
import { startSystem, type System } from "@lacio/testkit/system";

const root = path.resolve(import.meta.dirname, "..");
const dir = path.join(root, ".lacio");
const began = Date.now();
const seconds = () => `${((Date.now() - began) / 1000).toFixed(1)} s`;
const warn = (line: string) => console.log(`  ! ${line}`);
const progress = (line: string) => console.log(`  ✓ ${line} (${seconds()})`);

let system: System | undefined;
let accounts: Account[] | undefined;
let stopping = false;
process.stdout.on("error", () => {}); // EPIPE: the terminal may be closed before this process ends
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stop());

try {
  await main();
} catch (error) {
  if (!stopping) {
    console.error(`\nLacio did not start. ${(error as Error).message}`);
    await system?.stop();
    process.exit(1);
  }
}

async function main() {
  const unknown = process.argv.slice(2).filter((argument) => argument !== "--fresh");
  if (unknown.length) throw new Error(`I know only --fresh, not ${unknown.join(" ")}.`);
  const other = starterOf(dir);
  if (other)
    throw new Error(
      `It already runs (process ${other}); its addresses are in .lacio/run.json. Stop it with Ctrl-C there, or: kill ${other}`,
    );
  console.log("Starting Lacio …");
  if (process.argv.includes("--fresh")) await wipe();
  system = await startSystem({
    dir,
    supervise: { warn, restarted: writeRunFile },
    web: true,
    stripe: !process.env.STRIPE_SECRET_KEY, // with a key of your own, payments talks to Stripe itself
    preferredPorts: { edge: 8443, mail: 8025, stripe: 8026 },
    progress,
    warn,
  });
  accounts = await seedApart(system);
  progress("The salon has its catalogue, stylists and accounts");
  writeRunFile();
  console.log(table(system, accounts));
}

async function wipe() {
  await endLeftovers(dir);
  removeState(dir);
  progress("Wiped .lacio: starting from nothing");
}

async function stop() {
  if (stopping) return;
  stopping = true;
  if (!system) process.exit(130); // still starting: the exit handler in launch.ts ends what runs
  console.log("\nStopping …");
  await system.stop();
  fs.rmSync(path.join(dir, "run.json"), { force: true });
  console.log("Stopped. Your data stays in .lacio.");
  process.exit(0);
}

/** run.json, for scripts: addresses, accounts and processes; written again when the supervisor restarted a process. */
function writeRunFile() {
  if (!system || !accounts) return; // still starting: it is written at the end of the start
  const { urls, certificate } = system;
  const file = path.join(dir, "run.json");
  const content = JSON.stringify({ urls, certificate, accounts, processes: system.processes() }, null, 2);
  fs.writeFileSync(`${file}.new`, content, { mode: 0o600 });
  fs.renameSync(`${file}.new`, file); // atomic, because a script may be reading it
}

function table({ urls, certificate }: System, accounts: Account[]): string {
  const door: [string, string][] = urls.edge
    ? [["API (REST, gRPC, Connect)", urls.edge]]
    : serviceNames.map((name) => [`${name} (gRPC, Connect)`, urls[name]!]);
  const places: [string, string][] = [
    ["The salon's web", urls.web!],
    ...door,
    ["Mailbox", urls.mail!],
    ...(urls.stripe ? ([["Payments (Stripe sandbox)", urls.stripe]] as [string, string][]) : []),
  ];
  const people = accounts.map(({ role, email, password }): [string, string, string] => [role, email, password]);
  const certificateFile = path.relative(root, certificate);
  return [
    `\nLacio is ready after ${seconds()}.\n`,
    ...columns(places),
    "",
    ...columns([["Sign in as", "e-mail", "password"], ...people]),
    "",
    ...(urls.edge ? [`  curl --cacert ${certificateFile} ${urls.edge}/v1/services`] : []),
    "  npm run demo            books, pays and shows the invoice and the mail, in another terminal",
    "  npm start -- --fresh    starts again from nothing",
    "\nLogs are in .lacio/logs. Ctrl-C stops everything.",
  ].join("\n");
}

function columns(rows: string[][]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map(
    (row) =>
      `  ${row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("   ")
        .trimEnd()}`,
  );
}
