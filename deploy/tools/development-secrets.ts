import { natsConf } from "@lacio/permissions/nats-conf";
import { redisConf } from "@lacio/permissions/redis-conf";
import { admin } from "@lacio/testkit/people";
import { secret, secretsFor } from "./secrets-for.ts";

/** All Secrets of the chart and of the development servers (deploy/k8s/dev), which are in the same namespace; the ADMIN is that of `npm start`. */
export function developmentSecrets(): Record<string, Record<string, string>> {
  const stripe = { STRIPE_SECRET_KEY: secret("sk_test_"), STRIPE_WEBHOOK_SECRET: secret("whsec_") };
  const servers = { postgres: "postgres:5432", nats: "nats:4222", valkey: "valkey:6379", smtpUrl: "smtp://maildev:1025" };
  const { chart, accountsConf, natsAdminUrl, redisUsers } = secretsFor({ ...servers, stripe, admin });
  const superuser = secret("p");
  return {
    ...chart,
    "lacio-nats": {
      "nats.conf": natsConf({ listen: "0.0.0.0:4222", monitor: "0.0.0.0:8222", store: "/data", syncAlways: true }, "include accounts.conf"),
      "accounts.conf": accountsConf,
      NATS_URL: natsAdminUrl,
    },
    "lacio-valkey": { "valkey.conf": redisConf({ bind: "* -::*", port: 6379, dir: "/tmp" }, redisUsers) },
    "lacio-postgres": { PASSWORD: superuser, DATABASE_URL: `postgres://postgres:${superuser}@postgres:5432/postgres` },
    "lacio-stripe-sandbox": stripe,
  };
}
