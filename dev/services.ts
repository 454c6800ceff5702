import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { startChild, type Child, type Supervisor } from "./child.ts";
import { leanFlags, leanNode } from "./lean-node.ts";
import { environmentOf, inherited, serviceNames, type Surroundings } from "./environment.ts";

const root = path.resolve(import.meta.dirname, "..");

export interface ProcessSettings {
  dir: string;
  supervise?: Supervisor;
  lean: boolean;
}

export type PortedChild = Child & { port: number };

// Ours alone read .ts: what the first start strips of its types and compiles is kept for the next ones.
const compileCache = path.join(root, ".tools/compile-cache/services");
const serviceArguments = (name: string) => ["--import", "@lacio/chassis/telemetry-hook", `services/${name}/main.ts`];

/**
 * Before the first start of all, while the servers are being made: each service once without a configuration, which it reads all its
 * files to complain about. What eight processes would do at the same time is then done once, and none keeps the stripper in memory.
 */
export async function fillCompileCache(): Promise<void> {
  if (fs.existsSync(compileCache)) return;
  const env = { PATH: process.env.PATH, ...leanNode, NODE_COMPILE_CACHE: compileCache };
  for (const args of [...serviceNames.map(serviceArguments), ["dev/stripe-sandbox/main.ts"]])
    await new Promise((done) => spawn(process.execPath, [...leanFlags, ...args], { cwd: root, env, stdio: "ignore" }).once("close", done));
}

/** The service as in its container, with all roles in one process; ready when it says so itself. */
export function startService(
  name: string,
  around: Surroundings,
  settings: ProcessSettings,
  extraEnv: Record<string, string>,
): Promise<PortedChild> {
  const { rpc, ops } = around.ports[name]!;
  return startNode({
    ...settings,
    name,
    args: serviceArguments(name),
    env: { ...environmentOf(name, around), ...extraEnv },
    health: `http://127.0.0.1:${ops}/readyz`,
    port: rpc,
  });
}

/** The process that plays Stripe. Its webhooks come through the edge, as Stripe's do, so it has to trust the edge's certificate. */
export function startStripeSandbox(
  around: Surroundings & { stripeUrl: string },
  settings: ProcessSettings,
  webhookUrl: string,
  certificate: string,
): Promise<PortedChild> {
  const { stripeUrl, secrets } = around;
  const { port } = new URL(stripeUrl);
  const env = {
    PORT: port,
    STRIPE_SECRET_KEY: secrets.stripeKey,
    STRIPE_WEBHOOK_SECRET: secrets.stripeWebhook,
    WEBHOOK_URL: webhookUrl,
    PUBLIC_URL: stripeUrl,
    DATA_DIR: path.join(settings.dir, "stripe"),
    NODE_EXTRA_CA_CERTS: certificate,
  };
  return startNode({
    ...settings,
    name: "stripe-sandbox",
    args: ["dev/stripe-sandbox/main.ts"],
    env,
    health: `${stripeUrl}/_sandbox/health`,
    port: Number(port),
  });
}

export interface NodeProcess extends ProcessSettings {
  name: string;
  args: string[];
  env: Record<string, string>;
  health: string;
  port: number;
}

export async function startNode({ name, args, env, health, port, dir, supervise, lean }: NodeProcess): Promise<PortedChild> {
  const child = await startChild({
    name,
    command: process.execPath,
    args: [...(lean ? leanFlags : []), ...args],
    cwd: root,
    env: { ...inherited(), ...(lean && leanNode), NODE_COMPILE_CACHE: compileCache, ...env },
    dir,
    ready: async () => (await fetch(health)).ok,
    supervise,
  });
  return Object.assign(child, { port });
}
