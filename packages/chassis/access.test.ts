import http from "node:http";
import type { AddressInfo } from "node:net";
import { create, createFileRegistry } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient, createRouterTransport, type CallOptions } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { BookingService } from "@lacio/proto/booking/v1/booking_service";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { refusal } from "@lacio/testkit/testing/call";
import { until } from "@lacio/testkit/testing/until";
import { checkAccess } from "./access.ts";
import { chassisConfig, Env } from "./config.ts";
import type { EndedSessions } from "./ended-sessions.ts";
import { answerErrors, unavailable } from "./errors.ts";
import { openKeys } from "./keys.ts";
import { createLog } from "./log.ts";

const log = createLog("test", "silent");

const me = "01a20fb0-f8a4-721d-920d-c948b34ef53f";
const other = "01a20fb0-f8a4-721d-920d-c948b34ef540";
let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let server: http.Server;
let jwksUrl: string;

beforeAll(async () => {
  keys = await generateKeyPair("ES256");
  const body = JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: "k1", alg: "ES256" }] });
  server = http.createServer((_, res) => void res.setHeader("content-type", "application/json").end(body));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
});
afterAll(() => void server.close());

type Claims = {
  iss?: string;
  aud?: string;
  sub?: string;
  role?: string;
  sid?: string;
  exp?: number;
  alg?: string;
  key?: CryptoKey | Uint8Array;
};
const sign = ({
  iss = "lacio",
  aud = "lacio",
  sub = me,
  role = "CLIENT",
  sid = "s",
  exp = Math.floor(Date.now() / 1_000) + 60,
  alg = "ES256",
  key = keys.privateKey,
}: Claims = {}) =>
  new SignJWT({ role, sid })
    .setProtectedHeader({ alg, kid: "k1" })
    .setIssuer(iss)
    .setAudience(aud)
    .setSubject(sub)
    .setExpirationTime(exp)
    .sign(key);

const service = (name: string, namespace = "lacio") =>
  sign({ iss: "https://kubernetes.default.svc", sub: `system:serviceaccount:${namespace}:${name}` });

function clients(url = jwksUrl, ended: EndedSessions = { has: async () => false }, variables: Record<string, string> = {}) {
  const servers = { DATABASE_URL: "postgres://x/y", NATS_URL: "nats://x", JWKS_URL: url, SERVICE_TOKEN_JWKS: url };
  const config = chassisConfig(new Env({ ...servers, ...variables }), "test");
  const transport = createRouterTransport(
    (router) => {
      router.service(BookingService, { createBooking: () => ({}), getBooking: () => ({}) });
      router.service(StaffService, { listServices: () => ({}), putSchedule: () => ({}) });
      router.service(unruled, { act: () => ({}) } as never);
    },
    { router: { interceptors: [answerErrors(log), checkAccess(config, openKeys(config, log), ended)] } },
  );
  return {
    bookings: createClient(BookingService, transport),
    staff: createClient(StaffService, transport),
    unruled: createClient(unruled, transport) as unknown as { act(request: object, options?: CallOptions): Promise<unknown> },
  };
}

// A service whose author forgot the `access` option.
const forgotten = create(FileDescriptorProtoSchema, {
  name: "forgotten.proto",
  syntax: "proto3",
  messageType: [{ name: "Nothing" }],
  service: [{ name: "Forgotten", method: [{ name: "Act", inputType: ".Nothing", outputType: ".Nothing" }] }],
});
const unruled = createFileRegistry(forgotten, () => undefined).getService("Forgotten")!;

const outcome = async (call: Promise<unknown>) =>
  call.then(
    () => "ok",
    (error: unknown) => Code[ConnectError.from(error).code],
  );
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe("who may call", () => {
  test.each<[string, () => Promise<string>, string]>([
    ["a client", () => sign(), "ok"],
    ["a stylist, whose role the method does not allow", () => sign({ role: "STYLIST" }), "PermissionDenied"],
    ["an unknown role", () => sign({ role: "ROOT" }), "Unauthenticated"],
    ["an expired token", () => sign({ exp: 1 }), "Unauthenticated"],
    ["another audience", () => sign({ aud: "bank" }), "Unauthenticated"],
    ["another issuer", () => sign({ iss: "else" }), "Unauthenticated"],
    ["another key", async () => sign({ key: (await generateKeyPair("ES256")).privateKey }), "Unauthenticated"],
    ["an HMAC in place of a signature", () => sign({ alg: "HS256", key: new TextEncoder().encode("x".repeat(32)) }), "Unauthenticated"],
    ["an altered token", async () => (await sign()).replace(/\.[^.]{4}/, ".AAAA"), "Unauthenticated"],
    ["no JWT", async () => "abc", "Unauthenticated"],
  ])("%s", async (_, token, expected) => {
    expect(await outcome(clients().bookings.createBooking({}, bearer(await token())))).toBe(expected);
  });

  test("without a token only public methods are allowed, and these with an expired one, too", async () => {
    expect(await outcome(clients().bookings.createBooking({}))).toBe("Unauthenticated");
    expect(await outcome(clients().staff.listServices({}))).toBe("ok");
    expect(await outcome(clients().staff.listServices({}, bearer(await sign({ exp: 1 }))))).toBe("ok");
  });

  test("a service may call the methods that name it, if it is of our namespace", async () => {
    expect(await outcome(clients().bookings.getBooking({}, bearer(await service("payments"))))).toBe("ok");
    expect(await outcome(clients().bookings.getBooking({}, bearer(await service("staff"))))).toBe("PermissionDenied");
    expect(await outcome(clients().bookings.getBooking({}, bearer(await service("payments", "other"))))).toBe("Unauthenticated");
  });

  test("a cluster's issuer, audience and namespace are configuration", async () => {
    const iss = "https://oidc.example.com/id/1";
    const sub = "system:serviceaccount:salon:payments";
    const variables = { SERVICE_TOKEN_ISSUER: iss, TOKEN_AUDIENCE: "salon-api", SERVICE_TOKEN_NAMESPACE: "salon" };
    const { bookings } = clients(jwksUrl, undefined, variables);
    const got = async (claims: Claims) => outcome(bookings.getBooking({}, bearer(await sign({ iss, aud: "salon-api", sub, ...claims }))));
    expect(await got({})).toBe("ok");
    expect(await got({ iss: "https://kubernetes.default.svc" })).toBe("Unauthenticated");
    expect(await got({ aud: "lacio" })).toBe("Unauthenticated");
    expect(await got({ sub: "system:serviceaccount:lacio:payments" })).toBe("Unauthenticated");
    expect(await got({ sub: "system:serviceaccount:salon:staff" })).toBe("PermissionDenied");
  });

  test("`self`: a stylist only for themselves, an admin for all", async () => {
    const put = async (claims: Claims, staffId: string) => outcome(clients().staff.putSchedule({ staffId }, bearer(await sign(claims))));
    expect(await put({ role: "STYLIST" }, me)).toBe("ok");
    expect(await put({ role: "STYLIST" }, other)).toBe("NotFound");
    expect(await put({ role: "ADMIN" }, other)).toBe("ok");
  });

  test("a method without a rule is closed to everybody", async () => {
    expect(await outcome(clients().unruled.act({}))).toBe("Unauthenticated");
    for (const token of [await sign(), await sign({ role: "ADMIN" }), await service("payments")])
      expect(await outcome(clients().unruled.act({}, bearer(token)))).toBe("PermissionDenied");
  });

  test("a cached token is refused when it has expired", async () => {
    const { bookings } = clients();
    const token = bearer(await sign({ exp: Math.floor(Date.now() / 1_000) + 3 }));
    expect(await outcome(bookings.createBooking({}, token))).toBe("ok");
    await until(async () => (await outcome(bookings.createBooking({}, token))) === "Unauthenticated");
  });

  test("a token of a session that has ended counts as none, also one that was good a moment ago", async () => {
    const over = new Set<string>();
    const { bookings, staff } = clients(jwksUrl, { has: async (sessionId) => over.has(sessionId) });
    const token = bearer(await sign());
    expect(await outcome(bookings.createBooking({}, token))).toBe("ok");
    over.add("s");
    expect(await refusal(bookings.createBooking({}, token))).toBe("Unauthenticated session_over");
    expect(await outcome(staff.listServices({}, token))).toBe("ok");
    expect(await outcome(bookings.createBooking({}, bearer(await sign({ sid: "other" }))))).toBe("ok");
    expect(await outcome(bookings.getBooking({}, bearer(await service("payments"))))).toBe("ok");
  });

  test("while it is not known which sessions have ended, people are answered unavailable, services as always", async () => {
    const unknown = { has: () => Promise.reject(unavailable("try again")) };
    const { bookings, staff } = clients(jwksUrl, unknown);
    expect(await refusal(bookings.createBooking({}, bearer(await sign())))).toBe("Unavailable unavailable");
    expect(await outcome(staff.listServices({}, bearer(await sign())))).toBe("ok");
    expect(await outcome(bookings.getBooking({}, bearer(await service("payments"))))).toBe("ok");
  });

  test("while the JWKS is unreachable a valid token is answered unavailable, not unauthenticated", async () => {
    expect(await outcome(clients("http://127.0.0.1:9/jwks").bookings.createBooking({}, bearer(await sign())))).toBe("Unavailable");
  });
});
