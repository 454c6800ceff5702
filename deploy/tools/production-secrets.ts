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
export function productionSecrets(namespace: string, servers: Servers, env: NodeJS.ProcessEnv): Placed[] {
  const problems: string[] = asked.filter((name) => !env[name]).map((name) => `${name} is missing in the environment`);
  for (const [name, address] of Object.entries(servers) as [string, string][])
    if (!/^[a-z0-9-]+\.[a-z0-9.-]+:\d+$/.test(address)) problems.push(`--${name} must be <service>.<namespace>:<port>, not ${address}`);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  const given = (name: (typeof asked)[number]) => env[name]!;
  const { chart, accountsConf, natsAdminUrl, redisUsers } = secretsFor({
    ...servers,
    smtpUrl: given("SMTP_URL"),
    stripe: { STRIPE_SECRET_KEY: given("STRIPE_SECRET_KEY"), STRIPE_WEBHOOK_SECRET: given("STRIPE_WEBHOOK_SECRET") },
    admin: { email: given("BOOTSTRAP_ADMIN_EMAIL"), password: given("BOOTSTRAP_ADMIN_PASSWORD") },
  });
  const [broker, cache] = [namespaceIn(servers.nats), namespaceIn(servers.valkey)];
  return [
    ...Object.entries(chart).map(([name, data]) => ({ namespace, name, data })),
    { namespace: broker, name: "lacio-nats", data: { "accounts.conf": accountsConf } },
    { namespace: broker, name: "lacio-nats-admin", data: { NATS_URL: natsAdminUrl } }, // who may do everything: a person's
    { namespace: cache, name: "lacio-valkey", data: { "users.acl": `${redisUsers.join("\n")}\n` } },
  ];
}

type Placed = { namespace: string; name: string; data: Record<string, string> };

const namespaceIn = (address: string) => address.split(/[.:]/)[1]!;
