import { secretsFor } from "./secrets-for.ts";

export interface Servers {
  postgres: string;
  pooler?: string;
  nats: string;
  valkey: string;
}

const asked = ["SMTP_URL", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "BOOTSTRAP_ADMIN_EMAIL", "BOOTSTRAP_ADMIN_PASSWORD"] as const;

/**
 * All Secrets of production by namespace: what NATS and Valkey read is in theirs, the second part of their address (`nats.broker:4222` is in
 * `broker`). What nobody can make up comes from the environment. @throws Error that names every variable and address that is missing
 */
export function productionSecrets(namespace: string, servers: Servers, env: NodeJS.ProcessEnv) {
  const problems: string[] = asked.filter((name) => !env[name]).map((name) => `${name} is missing in the environment`);
  for (const [name, address] of Object.entries(servers) as [string, string][])
    if (!/^[a-z0-9-]+\.[a-z0-9.-]+:\d+$/.test(address)) problems.push(`--${name} must be <service>.<namespace>:<port>, not ${address}`);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  const given = (name: (typeof asked)[number]) => env[name]!;
  const { chart, nats, valkey } = secretsFor({
    ...servers,
    smtpUrl: given("SMTP_URL"),
    stripe: { STRIPE_SECRET_KEY: given("STRIPE_SECRET_KEY"), STRIPE_WEBHOOK_SECRET: given("STRIPE_WEBHOOK_SECRET") },
    admin: { email: given("BOOTSTRAP_ADMIN_EMAIL"), password: given("BOOTSTRAP_ADMIN_PASSWORD") },
  });
  const placed = (where: string, secrets: typeof chart) =>
    Object.entries(secrets).map(([name, data]) => ({ namespace: where, name, data }));
  return [...placed(namespace, chart), ...placed(namespaceIn(servers.nats), nats), ...placed(namespaceIn(servers.valkey), valkey)];
}

const namespaceIn = (address: string) => address.split(/[.:]/)[1]!;
