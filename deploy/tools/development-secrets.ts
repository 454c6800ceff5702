import { randomBytes } from "node:crypto";
import type { Permissions } from "@lacio/chassis/permissions";
import { natsAccounts, provisioner, withAdmin } from "@lacio/permissions/nats-accounts";
import { accountsConf, natsConf } from "@lacio/permissions/nats-conf";
import { redisConf } from "@lacio/permissions/redis-conf";
import { redisUsers } from "@lacio/permissions/redis-users";
import { permissions, type ServiceName } from "@lacio/permissions/table";
import { passwords } from "@lacio/testkit/infra/passwords";
import { admin } from "@lacio/testkit/people";

/**
 * What the chart and the development servers (deploy/k8s/dev) find in Secrets, as their names and keys, with new passwords: by the table of
 * permissions each service has a database with an owner of its own, an account at the broker, and the servers that it may use.
 */
export function developmentSecrets(): Record<string, Record<string, string>> {
  const [natsPassword, redisPassword] = [passwords(() => secret("p")), passwords(() => secret("p"))];
  const stripe = { STRIPE_SECRET_KEY: secret("sk_test_"), STRIPE_WEBHOOK_SECRET: secret("whsec_") };
  const superuser = secret("p");
  const broker = (user: string) => `nats://${user}:${natsPassword(user)}@nats:4222`;
  const database = (user: string, password: string, name: string) => `postgres://${user}:${password}@postgres:5432/${name}`;
  const accounts = withAdmin(natsAccounts(permissions, natsPassword), "admin", natsPassword("admin"));

  const secretsOf = (service: ServiceName): Record<string, Record<string, string>> => {
    const servers: Permissions["servers"] = permissions[service].servers;
    const own: Record<string, string> = {
      DATABASE_URL: database(service, secret("p"), service),
      NATS_URL: broker(service),
      ...(servers.includes("redis") && { REDIS_URL: `redis://${service}:${redisPassword(service)}@valkey:6379` }),
      ...(servers.includes("smtp") && { SMTP_URL: "smtp://maildev:1025" }),
      ...(servers.includes("stripe") && stripe),
      ...(service === "auth" && {
        KEY_ENCRYPTION_SECRET: secret(""),
        BOOTSTRAP_ADMIN_EMAIL: admin.email,
        BOOTSTRAP_ADMIN_PASSWORD: admin.password,
      }),
    };
    const migration = { MIGRATION_DATABASE_URL: database(`${service}_owner`, secret("p"), service) };
    return { [`lacio-${service}`]: own, [`lacio-${service}-migration`]: migration };
  };

  const services = (Object.keys(permissions) as ServiceName[]).flatMap((service) => Object.entries(secretsOf(service)));
  return {
    ...Object.fromEntries(services),
    [`lacio-${provisioner}`]: { NATS_URL: broker(provisioner) },
    "lacio-postgres": { PASSWORD: superuser, DATABASE_URL: database("postgres", superuser, "postgres") },
    "lacio-nats": {
      "nats.conf": natsConf({ listen: "0.0.0.0:4222", monitor: "0.0.0.0:8222", store: "/data", syncAlways: true }, "include accounts.conf"),
      "accounts.conf": accountsConf(accounts),
      NATS_URL: broker("admin"),
    },
    "lacio-valkey": {
      "valkey.conf": redisConf({ bind: "* -::*", port: 6379, dir: "/tmp" }, redisUsers(permissions, redisPassword)),
    },
    "lacio-stripe-sandbox": stripe,
  };
}

// With a letter first: clients that parse the whole URL take a password that begins with a digit for the port.
const secret = (prefix: string) => prefix + randomBytes(24).toString("hex");
