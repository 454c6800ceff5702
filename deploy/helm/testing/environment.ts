import { chassisConfig, Env, readConfig } from "@lacio/chassis/config";
import type { ServiceTruth } from "../truth.ts";
import type { Container } from "./pods.ts";

/** Read by Node and by telemetry-hook.ts, before any configuration is. */
const everywhere = ["NODE_ENV", "NODE_EXTRA_CA_CERTS", "NODE_OPTIONS", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_SERVICE_NAME"];

/** The container's variables that nobody reads there. */
export const unknownVariables = ({ env = [] }: Container, known: string[]): string[] =>
  env.map(({ name }) => name).filter((name) => !everywhere.includes(name) && !known.includes(name));

/** Starts a service's configuration from what its container gets; what a Secret says is made up. @throws ConfigError */
export async function configured(container: Container, { secrets, optionalSecrets }: ServiceTruth) {
  const name = container.name;
  const { readConfig: own } = (await import(`../../../services/${name}/app.ts`)) as { readConfig: (env: Env) => object };
  const values = Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value ?? madeUp(name)]));
  const fromSecrets = (container.env ?? []).filter(({ valueFrom }) => valueFrom).map(({ name }) => name);
  const config = readConfig((env) => {
    const read = { ...chassisConfig(env, name), ...own(env) };
    if (read.roles.includes("rpc")) env.text("SERVICE_TOKEN_JWKS"); // as start.ts does
    return read;
  }, values);
  return { config, fromSecrets, expectedSecrets: [...secrets, ...optionalSecrets] };
}

const madeUp = (name: string): string => (name.endsWith("_URL") ? `https://${name.toLowerCase()}.test` : "x".repeat(44));
