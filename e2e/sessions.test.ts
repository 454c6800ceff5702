import { createHmac, createPublicKey, createSign, generateKeyPairSync, type webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { asService, clientFor, refusal, sharedSystem, signUp, sql, until, type SignedIn } from "@lacio/testkit/testing";
import { BookingService } from "@lacio/proto/booking/v1/booking_service";
import { UsersService } from "@lacio/proto/users/v1/users_service";
import { createKeyring } from "../services/auth/credentials/keyring.ts";
import { reasonOf, rest } from "./rest.ts";

const system = sharedSystem();
type Tokens = { accessToken: string; refreshToken: string; user: { id: string; role: string } };
let ana: SignedIn;

beforeAll(async () => {
  ana = await signUp(system);
  await until(async () => (await rest(system, ana.accessToken).get("/v1/me")).status === 200);
});

describe("a token", () => {
  test("that auth signed is good at the edge and at the port", async () => {
    expect(await asked(await signed())).toEqual({ rest: "200", connect: "200", port: "not refused" });
  });

  test.each<[what: string, token: () => string | Promise<string>]>([
    ["that has expired", () => signed({ accessTokenMinutes: -0.05 })],
    ["of another issuer", () => signed({ tokenIssuer: "elsewhere" })],
    ["for another audience", () => signed({ tokenAudience: "elsewhere" })],
    ["signed with a foreign key under the name of ours", async () => resigned(await signed())],
    ["signed with a foreign key of another name", async () => resigned(await signed(), { kid: "foreign" })],
    ["whose role was raised", async () => altered(await signed(), { role: "ADMIN" })],
    ["that was given to somebody else", async () => altered(await signed(), { sub: crypto.randomUUID() })],
    ["whose end was moved", async () => altered(await signed(), { exp: 4_000_000_000 })],
    ["without a signature", async () => `${part({ alg: "none" })}.${(await signed()).split(".")[1]}.`],
    ["signed with our public key as a password", async () => signedWithPublicKey(await signed())],
    ["that is a service's, under the name of a person's issuer", () => altered(asService("booking", system), { iss: "lacio" })],
    ["that is no token", () => "x.y.z"],
  ])("%s is refused by the edge and by the port alike", async (_, token) => {
    const refused = "Unauthenticated token_invalid";
    expect(await asked(await token())).toEqual({ rest: "401 token_invalid", connect: "401", port: refused });
    const bookings = clientFor(BookingService, system, await token());
    expect(await refusal(bookings.listBookings({}))).toBe(refused);
  });
});

describe("without a person's token", () => {
  test("nobody is let in, at the edge or at the port", async () => {
    expect(await asked()).toEqual({ rest: "401 token_invalid", connect: "401", port: "Unauthenticated unauthenticated" });
  });

  test("a service is known at the port alone, and is not a person there either", async () => {
    const answers = await asked(asService("booking", system));
    expect(answers).toEqual({ rest: "401 token_invalid", connect: "401", port: "PermissionDenied forbidden" });
  });
});

describe("a session, by REST", () => {
  const post = <T>(call: string, body: object) => rest(system).post<T>(`/v1/auth/${call}`, body);
  const refresh = (refreshToken: string) => post<Tokens>("refresh", { refreshToken });

  test("goes on by its refresh token, whose reuse ends it", async () => {
    const first = (await post<Tokens>("login", ana)).body;
    const second = (await refresh(first.refreshToken)).body;
    expect(second.user).toEqual({ id: ana.id, role: "CLIENT" });
    expect((await refresh(first.refreshToken)).body.refreshToken).toBe(second.refreshToken);
    await sql(
      system,
      "auth",
      "update refresh_token set used_at = used_at - interval '30 seconds' where session_id = $1 and used_at is not null",
      [claimsOf(first.accessToken).sid],
    );
    const answers = [await refresh(first.refreshToken), await refresh(second.refreshToken)];
    expect(answers.map((answer) => [answer.status, reasonOf(answer)])).toEqual([
      [401, "token_reused"],
      [401, "session_over"],
    ]);
  });

  test("that was revoked cannot refresh, and its access token is refused", async () => {
    const { accessToken, refreshToken } = (await post<Tokens>("login", ana)).body;
    const { sid } = claimsOf(accessToken);
    expect((await rest(system, ana.accessToken).delete(`/v1/auth/sessions/${String(sid)}`)).status).toBe(200);
    expect(reasonOf(await refresh(refreshToken))).toBe("session_over");
    await until(async () => reasonOf(await rest(system, accessToken).get("/v1/me")) === "session_over");
  });

  test("ends by logging out", async () => {
    const { refreshToken } = (await post<Tokens>("login", ana)).body;
    expect((await post("logout", { refreshToken })).status).toBe(200);
    expect(reasonOf(await refresh(refreshToken))).toBe("session_over");
  });

  test("is refused in the same words to an unknown address and to a wrong password", async () => {
    const wrong = await post("login", { email: ana.email, password: "otra clave larga" });
    const unknown = await post("login", { email: `${crypto.randomUUID()}@example.com`, password: "otra clave larga" });
    expect([wrong.status, reasonOf(wrong)]).toEqual([401, "bad_credentials"]);
    expect([unknown.status, unknown.body]).toEqual([wrong.status, wrong.body]);
  });
});

/** The answers to a token at three places: REST and Connect at the edge, Connect at the service's own port. */
async function asked(token?: string) {
  const byRest = await rest(system, token).get("/v1/me");
  const connect = await rest(system, token).post(`/${UsersService.typeName}/GetMe`);
  return {
    rest: [byRest.status, reasonOf(byRest)].filter(Boolean).join(" "),
    connect: String(connect.status),
    port: await refusal(clientFor(UsersService, system, token).getMe({})),
  };
}

/** Ana's access token, signed with auth's key like auth's own, except for `changes`. */
function signed(changes: { accessTokenMinutes?: number; tokenIssuer?: string; tokenAudience?: string } = {}): Promise<string> {
  const { keyEncryption } = JSON.parse(readFileSync(path.join(system.dir, "secrets.json"), "utf8")) as { keyEncryption: string };
  const config = {
    secrets: [keyEncryption],
    keyDays: 30,
    accessTokenMinutes: 10,
    tokenIssuer: "lacio",
    tokenAudience: "lacio",
    ...changes,
  };
  const db = { sql: (text: string) => sql(system, "auth", text) };
  return createKeyring({ db, config, now: () => new Date() } as unknown as Parameters<typeof createKeyring>[0]).signAccessToken(
    ana.id,
    "CLIENT",
    crypto.randomUUID(),
  );
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const read = (text: string) => JSON.parse(Buffer.from(text, "base64url").toString()) as Record<string, unknown>;
const claimsOf = (token: string) => read(token.split(".")[1]!);

function altered(token: string, claims: object): string {
  const [header, , signature] = token.split(".");
  return `${header}.${part({ ...claimsOf(token), ...claims })}.${signature}`;
}

function resigned(token: string, header: object = {}): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const text = `${part({ ...read(token.split(".")[0]!), ...header })}.${token.split(".")[1]}`;
  return `${text}.${createSign("sha256").update(text).sign({ key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

async function signedWithPublicKey(token: string): Promise<string> {
  const { keys } = (await (await fetch(`${system.urls["auth-http"]}/.well-known/jwks.json`)).json()) as { keys: webcrypto.JsonWebKey[] };
  const pem = createPublicKey({ key: keys[0]!, format: "jwk" }).export({ type: "spki", format: "pem" });
  const text = `${part({ alg: "HS256", typ: "at+jwt" })}.${token.split(".")[1]}`;
  return `${text}.${createHmac("sha256", pem).update(text).digest("base64url")}`;
}
