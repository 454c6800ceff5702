import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { startEdge, type TestEdge } from "./testing/edge.ts";
import { until } from "./testing/envoy.ts";
import { now, person } from "./testing/tokens.ts";

const keys = { published: false };
let edge: TestEdge;
beforeAll(async () => {
  edge = await startEdge({}, keys);
});
afterAll(() => edge.stop());

test("while auth publishes no keys a good token is answered 503, not 401, and passes as soon as it does", async () => {
  const token = await edge.issuer.token();
  expect(await edge.call("GET /v1/bookings/b1", { token })).toMatchObject({
    status: 503,
    body: { code: 14, message: "try again shortly", details: [{ reason: "unavailable", domain: "lacio" }] },
  });
  expect(await edge.call("POST /lacio.booking.v1.BookingService/GetBooking", { token, json: {} })).toMatchObject({
    status: 503,
    body: { code: "unavailable", message: "try again shortly" },
  });
  expect(await edge.call("GET /v1/services")).toMatchObject({ status: 200 });
  keys.published = true;
  await until(async () => (await edge.call("GET /v1/bookings/b1", { token })).status === 200);
});

test("a key that auth had to make at once is accepted within seconds, and stays so while auth is away", async () => {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const { keys: before } = edge.issuer.jwks as { keys: object[] };
  const kid = "made-at-once";
  Object.assign(edge.issuer.jwks, { keys: [{ ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" }, ...before] });
  const claims = { iss: "lacio", aud: "lacio", sub: person, role: "CLIENT", sid: "s1", exp: now() + 600 };
  const token = await new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid }).sign(privateKey);
  const status = async (token: string) => (await edge.call("GET /v1/bookings/b1", { token })).status;
  await until(async () => (await status(token)) === 200);

  keys.published = false;
  const asked = edge.plain.to("/.well-known/jwks.json").length;
  await until(() => edge.plain.to("/.well-known/jwks.json").length > asked + 1);
  expect([await status(token), await status(await edge.issuer.token())]).toEqual([200, 200]);
});
