import { randomBytes } from "node:crypto";
import type { Permissions } from "@lacio/chassis/permissions";
import { natsAccounts, provisioner, withAdmin } from "@lacio/permissions/nats-accounts";
import { accountsConf } from "@lacio/permissions/nats-conf";
import { redisUsers } from "@lacio/permissions/redis-users";
import { permissions, type ServiceName } from "@lacio/permissions/table";
import { passwords } from "@lacio/testkit/infra/passwords";

/** Where servers are, `host:port`, and what nobody can make up. */
export interface Given {
  postgres: string;
  /** A pooler in front of PostgreSQL. */
  pooler?: string;
  nats: string;
  valkey: string;
  smtpUrl: string;
  stripe: { STRIPE_SECRET_KEY: string; STRIPE_WEBHOOK_SECRET: string };
  admin: { email: string; password: string };
}

/**
 * What the chart finds in Secrets, as their names and keys, with new passwords: by the table of permissions each service has a database with an
 * owner of its own, an account at the broker, and the servers that it may use. And what broker and Redis have to read, to know these.
 */
export function secretsFor(given: Given) {
  const [natsPassword, redisPassword] = [passwords(() => secret("p")), passwords(() => secret("p"))];
  const broker = (user: string) => `nats://${user}:${natsPassword(user)}@${given.nats}`;

  const secretsOf = (service: ServiceName): Secrets => {
    const servers: Permissions["servers"] = permissions[service].servers;
    const password = secret("p");
    const database = (host: string) => `postgres://${service}:${password}@${host}/${service}`;
    const own: Record<string, string> = {
      DATABASE_URL: database(given.pooler ?? given.postgres),
      ...(given.pooler && { DIRECT_DATABASE_URL: database(given.postgres) }),
      NATS_URL: broker(service),
      ...(servers.includes("redis") && { REDIS_URL: `redis://${service}:${redisPassword(service)}@${given.valkey}` }),
      ...(servers.includes("smtp") && { SMTP_URL: given.smtpUrl }),
      ...(servers.includes("stripe") && given.stripe),
      ...(service === "auth" && {
        KEY_ENCRYPTION_SECRET: secret(""),
        BOOTSTRAP_ADMIN_EMAIL: given.admin.email,
        BOOTSTRAP_ADMIN_PASSWORD: given.admin.password,
      }),
    };
    const migration = { MIGRATION_DATABASE_URL: `postgres://${service}_owner:${secret("p")}@${given.postgres}/${service}` };
    return { [`lacio-${service}`]: own, [`lacio-${service}-migration`]: migration };
  };

  const services = (Object.keys(permissions) as ServiceName[]).flatMap((service) => Object.entries(secretsOf(service)));
  const accounts = withAdmin(natsAccounts(permissions, natsPassword), "admin", natsPassword("admin"));
  return {
    chart: { ...Object.fromEntries(services), [`lacio-${provisioner}`]: { NATS_URL: broker(provisioner) } },
    accountsConf: accountsConf(accounts),
    natsAdminUrl: broker("admin"),
    redisUsers: redisUsers(permissions, redisPassword),
  };
}

export type Secrets = Record<string, Record<string, string>>;

/** Random; with a letter first, as clients that parse the whole URL take a password that begins with a digit for the port. */
export const secret = (prefix: string): string => prefix + randomBytes(24).toString("hex");
