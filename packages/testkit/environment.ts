import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { Permissions } from "@lacio/chassis/permissions";
import { permissions, type ServiceName } from "@lacio/permissions/table";
import type { Identity } from "./identity.ts";
import type { DatabaseUrls } from "./infra/databases.ts";
import type { Infra } from "./infra/servers.ts";
import { admin } from "./people.ts";
import { freePort } from "./processes/ports.ts";

export const serviceNames: string[] = Object.keys(permissions);

/** The demo salon's data, for its web, mails and invoices. `hours` are in schema.org's form. */
export const salon = {
  name: "Lacio",
  street: "Carrera 13 # 82-30",
  city: "Bogotá D.C.",
  phone: "+57 601 555 0142",
  timeZone: "America/Bogota",
  hours: "Mo-Th 08:00-19:00,Fr-Sa 08:00-20:00,Su 09:00-20:00",
};

/** An account to sign in with. */
export interface Account {
  role: string;
  email: string;
  password: string;
}

export interface Ports {
  rpc: number;
  http: number;
  ops: number;
}

/** Ports for every service, also for one that is not started: its peers' connections are then refused, as after a crash. */
export async function allotPorts(): Promise<Record<string, Ports>> {
  const entries = serviceNames.map(
    async (name) => [name, { rpc: await freePort(), http: await freePort(), ops: await freePort() }] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

export interface Surroundings {
  /** The mailbox is absent from a system without notification. */
  infra: Partial<Infra> & Infra<"postgres" | "nats" | "redis">;
  identity: Identity;
  ports: Record<string, Ports>;
  databaseOf(service: string): DatabaseUrls;
  publicUrl: string;
  secrets: Secrets;
  stripeUrl?: string;
}

/** A service's environment variables, by the same names as in the Helm chart. */
export function environmentOf(name: string, around: Surroundings): Record<string, string> {
  const { infra, identity, ports, publicUrl } = around;
  const own = ports[name]!;
  return {
    LACIO_ROLES: "migrate,rpc,events,timers",
    LACIO_REFLECTION: "true",
    OTEL_SERVICE_NAME: name,
    BIND_ADDRESS: "127.0.0.1",
    RPC_PORT: String(own.rpc),
    HTTP_PORT: String(own.http),
    OPS_PORT: String(own.ops),
    DRAIN_SECONDS: "5",
    DATABASE_URL: around.databaseOf(name).url,
    MIGRATION_DATABASE_URL: around.databaseOf(name).ownerUrl,
    NATS_URL: infra.nats.urlOf(name),
    ...(servers(name).includes("redis") && { REDIS_URL: infra.redis.urlOf(name) }),
    ...peerUrls(ports),
    JWKS_URL: `http://127.0.0.1:${ports.auth!.http}/.well-known/jwks.json`,
    SERVICE_TOKEN_FILE: identity.tokenFile(name),
    SERVICE_TOKEN_JWKS: identity.jwksFile,
    SALON_TIME_ZONE: salon.timeZone,
    PUBLIC_URL: publicUrl,
    ...specific(name, around),
  };
}

const servers = (name: string): Permissions["servers"] => permissions[name as ServiceName].servers;

/** AUTH_URL, USERS_URL, … */
export const peerUrls = (ports: Record<string, Ports>): Record<string, string> =>
  Object.fromEntries(Object.entries(ports).map(([peer, { rpc }]) => [`${peer.toUpperCase()}_URL`, `http://127.0.0.1:${rpc}`]));

function specific(name: string, { infra, publicUrl, secrets, stripeUrl }: Surroundings): Record<string, string> {
  switch (name) {
    case "auth":
      return {
        BOOTSTRAP_ADMIN_EMAIL: admin.email,
        BOOTSTRAP_ADMIN_PASSWORD: admin.password,
        KEY_ENCRYPTION_SECRET: secrets.keyEncryption,
        HASH_WAIT_MAX_MS: process.env.HASH_WAIT_MAX_MS ?? "10000", // tests register many accounts at once; logins keep their priority
      };
    case "payments":
      return {
        ...(stripeUrl && {
          STRIPE_SECRET_KEY: secrets.stripeKey,
          STRIPE_WEBHOOK_SECRET: secrets.stripeWebhook,
          STRIPE_API_URL: stripeUrl,
        }),
        CHECKOUT_SUCCESS_URL: `${publicUrl}/pago/listo`,
        CHECKOUT_CANCEL_URL: `${publicUrl}/pago/cancelado`,
      };
    case "invoice":
      return {
        ISSUER_NAME: "Lacio Alisados S.A.S.",
        ISSUER_NIT: "901234567-7",
        ISSUER_ADDRESS: salon.street,
        ISSUER_CITY: salon.city,
        ISSUER_PHONE: salon.phone,
        ISSUER_EMAIL: "facturas@lacio.test",
      };
    case "notification":
      return {
        SMTP_URL: infra.mail!.smtpUrl,
        MAIL_FROM: "Lacio <hola@lacio.test>",
        SALON_ADDRESS: `${salon.street}, ${salon.city}`,
        SALON_PHONE: salon.phone,
      };
    default:
      return {};
  }
}

export interface Secrets {
  keyEncryption: string;
  stripeKey: string;
  stripeWebhook: string;
}

/** Generated once and kept in `dir`: auth has to decrypt its signing keys at the next start. */
export function localSecrets(dir: string): Secrets {
  const file = path.join(dir, "secrets.json");
  if (!fs.existsSync(file)) {
    const random = () => randomBytes(32).toString("base64url");
    const secrets: Secrets = { keyEncryption: random(), stripeKey: `sk_test_${random()}`, stripeWebhook: `whsec_${random()}` };
    fs.writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  }
  return JSON.parse(fs.readFileSync(file, "utf8")) as Secrets;
}

/** This process's environment without the variables that npm and Jest set. */
export function inherited(): Record<string, string> {
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|JEST_|NODE_OPTIONS$|NODE_ENV$)/.test(name));
  return Object.fromEntries(own) as Record<string, string>;
}
