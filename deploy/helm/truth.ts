import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { chassisConfig, Env } from "@lacio/chassis/config";
import { streamOf } from "@lacio/chassis/streams";
import { optionsFrom } from "@lacio/envoy/render";
import { brokerAccount } from "@lacio/permissions/nats-accounts";
import { calledByAll, permissions, type ServiceName } from "@lacio/permissions/table";

// What the chart has to know of the services, read from the table of permissions and from the code: files/services.json, `npm run chart`.
const root = path.resolve(import.meta.dirname, "../..");

/** Variables whose values no manifest may show: each is a key of the Secret of the service that asks for it. */
const secretVariables = [
  "DATABASE_URL",
  "KEY_ENCRYPTION_SECRET",
  "MIGRATION_DATABASE_URL", // of another Secret, which only migrations see
  "NATS_URL",
  "REDIS_URL",
  "SMTP_URL",
  "STRIPE_SECRET_KEY",
  "STRIPE_WEBHOOK_SECRET",
];
const optionalSecretVariables = ["BOOTSTRAP_ADMIN_EMAIL", "BOOTSTRAP_ADMIN_PASSWORD", "DIRECT_DATABASE_URL"];

export type ServiceTruth = Awaited<ReturnType<typeof serviceTruth>>;

export async function chartTruth() {
  const services: Record<string, ServiceTruth> = {};
  for (const name of Object.keys(permissions).sort()) services[name] = await serviceTruth(name as ServiceName);
  return {
    services,
    calledByAll,
    natsAccount: brokerAccount,
    web: { variables: webVariables() },
    edge: { variables: asked((env) => void optionsFrom(env.env)).all },
    provisioner: { variables: without(namesIn("deploy/provisioner/run.ts", /\benv\.\w+\("([A-Z_]+)"/g), secretVariables) },
  };
}

async function serviceTruth(name: ServiceName) {
  const { calls, consumes, servers } = permissions[name];
  const { config, all, missing } = await configOf(name);
  const isSecret = (variable: string) => [...secretVariables, ...optionalSecretVariables].includes(variable);
  const { rpcPort: rpc, httpPort: http, opsPort: ops } = config;
  return {
    ports: { rpc, ops, ...(existsSync(path.join(root, "services", name, "http")) && { http }) },
    calls: [...calls].sort(),
    servers: [...servers].sort(),
    /** JetStream's streams with events that it reacts to. */
    streams: [...new Set(consumes.map(streamOf))].sort(),
    secrets: all.filter((variable) => secretVariables.includes(variable) && variable !== "MIGRATION_DATABASE_URL"),
    optionalSecrets: all.filter((variable) => optionalSecretVariables.includes(variable)),
    /** Variables without which it does not start. */
    demands: missing.filter((variable) => !isSecret(variable)),
    variables: all.filter((variable) => !isSecret(variable)),
  };
}

/** Reads a service's configuration from an empty environment, and keeps what it asked for. */
async function configOf(name: ServiceName) {
  const { readConfig } = (await import(`../../services/${name}/app.ts`)) as { readConfig: (env: Env) => object };
  let config: ReturnType<typeof chassisConfig> | undefined;
  const names = asked((env) => {
    config = chassisConfig(env, name);
    readConfig(env);
    for (const peer of new Set<string>([calledByAll, ...permissions[name].calls])) config.peer(peer);
  });
  return { config: config!, ...names };
}

function asked(read: (env: Env) => void): { all: string[]; missing: string[] } {
  const names = new Set<string>();
  const env = new Env(new Proxy({}, { get: (_, name) => void names.add(String(name)) }));
  read(env);
  return { all: [...names].sort(), missing: env.errors.flatMap((error) => /^(\w+) is missing$/.exec(error)?.[1] ?? []).sort() };
}

// SvelteKit's declarations and its adapter can be read only inside of a build.
function webVariables(): string[] {
  const own = namesIn("web/src/env.ts", /^ {2}([A-Z_]+):/gm);
  const adapter = globSync("node_modules/@sveltejs/adapter-node/src/*.js", { cwd: root });
  return [...new Set([...own, ...adapter.flatMap((file) => namesIn(file, /env\('([A-Z_]+)'/g))])].sort();
}

const namesIn = (file: string, pattern: RegExp): string[] =>
  [...new Set([...readFileSync(path.join(root, file), "utf8").matchAll(pattern)].map(([, name]) => name!))].sort();

const without = (names: string[], unwanted: string[]): string[] => names.filter((name) => !unwanted.includes(name));
