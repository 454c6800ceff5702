import path from "node:path";
import { startChild, type Child, type Supervisor } from "../processes/child.ts";
import { leanFlags, leanNode } from "../processes/lean-node.ts";
import { compileCache } from "./compile-cache.ts";
import { environmentOf, inherited, type Surroundings } from "../environment.ts";

const root = path.resolve(import.meta.dirname, "../../..");

export interface ProcessSettings {
  dir: string;
  supervise?: Supervisor;
  lean: boolean;
}

export type PortedChild = Child & { port: number };

export const serviceArguments = (name: string) => ["--import", "@lacio/chassis/telemetry-hook", `services/${name}/main.ts`];
export const sandboxArguments = ["stripe-sandbox/main.ts"];

/** Starts a service with all roles in one process, and waits for its /readyz. `as` is the process name of another replica. */
export function startService(
  name: string,
  around: Surroundings,
  settings: ProcessSettings,
  extraEnv: Record<string, string>,
  as = name,
): Promise<PortedChild> {
  const { rpc, ops } = around.ports[name]!;
  return startNode({
    ...settings,
    name: as,
    args: serviceArguments(name),
    env: { ...environmentOf(name, around), ...extraEnv },
    health: `http://127.0.0.1:${ops}/readyz`,
    port: rpc,
  });
}

/** The process that stands in for Stripe. Its webhooks come through the edge, as Stripe's do, so it has to trust the edge's certificate. */
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
    args: sandboxArguments,
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

/** Starts a Node process from the repository's root, and waits until `health` answers 2xx. @throws as startChild */
export async function startNode({ name, args, env, health, port, dir, supervise, lean }: NodeProcess): Promise<PortedChild> {
  const child = await startChild({
    name,
    command: process.execPath,
    args: [...(lean ? leanFlags : []), ...args],
    cwd: root,
    env: { ...inherited(), ...(lean && leanNode), NODE_COMPILE_CACHE: compileCache, ...env },
    dir,
    ready: async (signal) => (await fetch(health, { signal })).ok,
    supervise,
  });
  return Object.assign(child, { port });
}
