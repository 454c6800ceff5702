import { admin } from "@lacio/testkit/people";
import { secret, secretsFor } from "./secrets-for.ts";

/** All Secrets of the chart and of the development servers (deploy/k8s/dev), which are in the same namespace; the ADMIN is that of `npm start`. */
export function developmentSecrets(): Record<string, Record<string, string>> {
  const stripe = { STRIPE_SECRET_KEY: secret("sk_test_"), STRIPE_WEBHOOK_SECRET: secret("whsec_") };
  const servers = { postgres: "postgres:5432", nats: "nats:4222", valkey: "valkey:6379", smtpUrl: "smtp://maildev:1025" };
  const { chart, nats, valkey } = secretsFor({ ...servers, stripe, admin });
  const superuser = secret("p");
  return {
    ...chart,
    ...nats,
    ...valkey,
    "lacio-postgres": { PASSWORD: superuser, DATABASE_URL: `postgres://postgres:${superuser}@postgres:5432/postgres` },
    "lacio-stripe-sandbox": stripe,
  };
}
