import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { chassisConfig, readConfig } from "@lacio/chassis/config";
import { openDatabase, type Database } from "@lacio/chassis/db";
import { createLog } from "@lacio/chassis/log";
import { permissions } from "@lacio/permissions/table";
import { createDatabase } from "@lacio/testkit/infra/databases";
import { sharedSystem } from "@lacio/testkit/testing";
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { database } from "../db/index.ts";
import { createKeyring } from "./keyring.ts";

const system = sharedSystem();
const minute = 60_000;
const day = 24 * 60 * minute;
let db: Database;
let config: Parameters<typeof createKeyring>[0]["config"];
let time: Date;

beforeAll(async () => {
  const { url, ownerUrl } = await createDatabase(system.urls.postgres!, "auth_keyring_test");
  const chassis = readConfig((env) => chassisConfig(env, "auth"), {
    DATABASE_URL: url,
    MIGRATION_DATABASE_URL: ownerUrl,
    NATS_URL: system.urls.nats,
  });
  config = { ...chassis, secret: "a secret of this test", keyDays: 30, accessTokenMinutes: 10 };
  db = await openDatabase(config, database, createLog("auth", "error"));
  await db.migrate(permissions.auth.tables);
});
afterAll(() => db.close());
beforeEach(async () => {
  time = new Date();
  await db.sql("delete from signing_key");
});

/** Another replica, with an empty key cache. */
const replica = (changes: Partial<typeof config> = {}) => createKeyring({ db, config: { ...config, ...changes }, now: () => time });
const sign = (keyring = replica()) => keyring.signAccessToken("person", "CLIENT", "session");
const kidOf = (token: string) => decodeProtectedHeader(token).kid;
const published = async () => (await replica().jwks()).keys.map(({ kid }) => kid);

describe("an access token", () => {
  test("is verified with the published keys and says who, in which role and session, for ten minutes", async () => {
    const keys = createLocalJWKSet(await replica().jwks());
    const { payload, protectedHeader } = await jwtVerify(await sign(), keys, { issuer: "lacio", audience: "lacio" });
    expect(payload).toMatchObject({ sub: "person", role: "CLIENT", sid: "session" });
    expect([payload.exp! - payload.iat!, protectedHeader.alg, protectedHeader.typ]).toEqual([600, "ES256", "at+jwt"]);
  });

  test("is signed with the same key by replicas that started together on an empty database", async () => {
    const kids = (await Promise.all(Array.from({ length: 5 }, () => sign()))).map(kidOf);
    expect([new Set(kids).size, (await published()).length]).toEqual([1, 1]);
  });
});

describe("the keys", () => {
  test("are published without their private part, and kept without any of it in the clear", async () => {
    const [key] = (await replica().jwks()).keys;
    expect(key).toEqual({ kty: "EC", crv: "P-256", alg: "ES256", use: "sig", kid: key!.kid, x: key!.x, y: key!.y });
    const [row] = await db.sql<{ private_key: Buffer }>("select private_key from signing_key");
    expect(row!.private_key.toString("latin1")).not.toContain("PRIVATE KEY");
  });

  test("cannot be decrypted without the secret", async () => {
    await sign();
    await expect(sign(replica({ secret: "another secret" }))).rejects.toThrow();
  });

  test("are not rotated before their time", async () => {
    const before = kidOf(await sign());
    await replica().rotate();
    expect([kidOf(await sign()), await published()]).toEqual([before, [before]]);
  });

  test("get a successor that is published before the first token needs it", async () => {
    const old = kidOf(await sign());
    time = new Date(time.getTime() + 31 * day);
    await Promise.all([replica().rotate(), replica().rotate()]);
    const both = await published();
    expect([both.length, both.includes(old), kidOf(await sign())]).toEqual([2, true, old]);
    time = new Date(time.getTime() + 9 * minute);
    expect(kidOf(await sign())).toBe(old);
    time = new Date(time.getTime() + 2 * minute);
    const fresh = kidOf(await sign());
    expect([fresh === old, both.includes(fresh)]).toEqual([false, true]);
  });

  test("are kept until the last token that they signed has expired", async () => {
    const old = kidOf(await sign());
    await db.sql("update signing_key set active_from = now() - interval '31 days'");
    await replica().rotate();
    expect(await published()).toContain(old);
    await db.sql("update signing_key set active_from = now() - interval '1 hour' where active_from > now()");
    await replica().rotate();
    expect(await published()).toContain(old);
    await db.sql("update signing_key set active_from = now() - interval '3 hours' where kid <> $1", [old]);
    await replica().rotate();
    expect([(await published()).length, (await published()).includes(old)]).toEqual([1, false]);
  });
});
