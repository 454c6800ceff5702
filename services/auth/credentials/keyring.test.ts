import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { chassisConfig, readConfig } from "@lacio/chassis/config";
import { openDatabase, type Database } from "@lacio/chassis/db";
import { createLog, type Log } from "@lacio/chassis/log";
import { permissions } from "@lacio/permissions/table";
import { createDatabase } from "@lacio/testkit/infra/databases";
import { sharedSystem } from "@lacio/testkit/testing";
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import pg from "pg";
import { database } from "../db/index.ts";
import { createKeyring } from "./keyring.ts";

const system = sharedSystem();
const minute = 60_000;
const day = 24 * 60 * minute;
let db: Database;
let owner: pg.Client;
let config: Parameters<typeof createKeyring>[0]["config"];
let time: Date;
const [old, next, foreign] = ["old", "next", "foreign"].map((name) => name.padEnd(32, "."));
const logged: string[] = [];
const note = (fields: { kid?: string; kids?: string[] }, text: string) => logged.push(`${fields.kid ?? fields.kids!.join()} ${text}`);
const log = { info: note, warn: note } as unknown as Log;

beforeAll(async () => {
  const { url, ownerUrl } = await createDatabase(system.urls.postgres!, "auth_keyring_test");
  const chassis = readConfig((env) => chassisConfig(env, "auth"), {
    DATABASE_URL: url,
    MIGRATION_DATABASE_URL: ownerUrl,
    NATS_URL: system.urls.nats,
  });
  config = { ...chassis, secrets: [old!], keyDays: 30, accessTokenMinutes: 10 };
  db = await openDatabase(config, database, createLog("auth", "error"));
  await db.migrate(permissions.auth.tables);
  owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner?.end();
  await db?.close();
});
beforeEach(async () => {
  time = new Date();
  logged.length = 0;
  await db.sql("delete from signing_key");
});

/** Another replica, with an empty key cache. */
const replica = (changes: Partial<typeof config> = {}) => createKeyring({ db, log, config: { ...config, ...changes }, now: () => time });
const knowing = (...secrets: (string | undefined)[]) => replica({ secrets: secrets as string[] });
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
    await owner.query("update signing_key set active_from = now() - interval '31 days'");
    await replica().rotate();
    expect(await published()).toContain(old);
    await owner.query("update signing_key set active_from = now() - interval '1 hour' where active_from > now()");
    await replica().rotate();
    expect(await published()).toContain(old);
    await owner.query("update signing_key set active_from = now() - interval '3 hours' where kid <> $1", [old]);
    await replica().rotate();
    expect([(await published()).length, (await published()).includes(old)]).toEqual([1, false]);
  });
});

describe("with another KEY_ENCRYPTION_SECRET", () => {
  const opens = "KEY_ENCRYPTION_SECRET does not open a signing key: another one signs";

  test("a key that is not opened stays published, and one that is made at once signs; both are said once", async () => {
    const [before, lost] = [replica(), knowing(next)];
    const unreadable = kidOf(await sign(before))!;
    const fresh = kidOf(await sign(lost))!;
    expect(fresh).not.toBe(unreadable);
    for (const keyring of [before, lost]) for (let n = 0; n < 3; n++) await keyring.rotate();
    expect([kidOf(await sign(before)), kidOf(await sign(lost))]).toEqual([unreadable, fresh]);
    expect(logged.toSorted()).toEqual([`${fresh} ${opens}`, `${unreadable} ${opens}`].sort());
    expect((await published()).sort()).toEqual([unreadable, fresh].sort());
  });

  test("replicas that start on it together make one key", async () => {
    await sign();
    const kids = (await Promise.all(Array.from({ length: 5 }, () => sign(knowing(next))))).map(kidOf);
    expect([new Set(kids).size, (await published()).length]).toEqual([1, 2]);
  });

  test("a key of the way before, or a damaged one, counts as not opened", async () => {
    await sign();
    await db.sql("update signing_key set private_key = $1", [Buffer.from("damaged")]);
    await sign();
    expect(logged).toHaveLength(1);
    expect(await published()).toHaveLength(2);
  });

  test("replicas that share no secret sign for months, each with a key that is published", async () => {
    const [here, there] = [knowing(old), knowing(foreign)];
    for (let n = 0; n < 70; n++) {
      for (const keyring of [here, there]) {
        await keyring.rotate();
        expect(await published()).toContain(kidOf(await sign(keyring)));
      }
      time = new Date(time.getTime() + day);
    }
    expect((await published()).length).toBeLessThanOrEqual(5);
  });
});

describe("a change of KEY_ENCRYPTION_SECRET in three steps", () => {
  test("keeps the key that signs, and the old value can go after one rotation", async () => {
    const kid = kidOf(await sign(knowing(old)));
    for (const secrets of [
      [old, next],
      [next, old],
    ])
      expect(kidOf(await sign(knowing(...secrets)))).toBe(kid);
    await knowing(next, old).rotate();
    await knowing(next, old).rotate();
    expect(kidOf(await sign(knowing(next)))).toBe(kid);
    expect(logged).toEqual([`${kid} signing keys are sealed with the first value of KEY_ENCRYPTION_SECRET now`]);
  });

  test("in a hurry, without its first step, fails nobody: who knows the old value alone goes on", async () => {
    const behind = knowing(old);
    const kid = kidOf(await sign(behind));
    await knowing(next, old).rotate();
    expect(kidOf(await sign(behind))).toBe(kid); // it has its key in memory
    time = new Date(time.getTime() + minute);
    const restarted = kidOf(await sign(knowing(old)));
    expect(restarted).not.toBe(kid);
    expect(await published()).toEqual(expect.arrayContaining([kid, restarted]));
    expect(kidOf(await sign(knowing(next, old)))).toBe(restarted);
  });
});
