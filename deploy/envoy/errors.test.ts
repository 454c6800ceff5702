import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { NotificationService } from "@lacio/proto/notification/v1/notification_service";
import { startEdge, type TestEdge } from "./testing/edge.ts";

let edge: TestEdge;
let token: string;
beforeAll(async () => {
  edge = await startEdge();
  token = await edge.issuer.token();
});
afterAll(() => edge.stop());

const errorInfo = (reason: string) => ({ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason, domain: "lacio" });

test("a service's refusal keeps its details in REST", async () => {
  expect(await edge.call("POST /v1/skills", { token, json: { name: "Keratina" } })).toMatchObject({
    status: 400,
    body: {
      code: 3,
      message: "Keratina is taken",
      details: [
        errorInfo("name_taken"),
        {
          "@type": "type.googleapis.com/google.rpc.BadRequest",
          fieldViolations: [{ field: "name", description: "is taken", reason: "name_taken" }],
        },
      ],
    },
  });
});

test("a service's refusal keeps its details in Connect", async () => {
  const answer = await edge.call("POST /lacio.staff.v1.StaffService/CreateSkill", { token, json: { name: "Keratina" } });
  expect(answer).toMatchObject({
    status: 400,
    body: {
      code: "invalid_argument",
      message: "Keratina is taken",
      details: [{ type: "google.rpc.ErrorInfo" }, { type: "google.rpc.BadRequest" }],
    },
  });
});

const tooLarge = { name: "x".repeat(32 * 1024) };

test("a body above 32 KiB is refused, in REST's and in Connect's form", async () => {
  expect(await edge.call("POST /v1/skills", { token, json: tooLarge })).toMatchObject({
    status: 413,
    body: { code: 3, message: "body too large", details: [errorInfo("body_too_large")] },
  });
  expect(await edge.call("POST /lacio.staff.v1.StaffService/CreateSkill", { token, json: tooLarge })).toMatchObject({
    status: 413,
    body: { code: "invalid_argument", message: "body too large" },
  });
});

test("a body of 31 KiB passes", async () => {
  const name = "x".repeat(31 * 1024);
  expect((await edge.call("PATCH /v1/services/s1", { token, json: { name } })).body).toMatchObject({
    service: { id: "s1", name },
  });
});

test("a service that is down answers 503 without Envoy's own words, in each form", async () => {
  expect(await edge.call("GET /v1/notifications", { token })).toMatchObject({
    status: 503,
    body: { code: 14, message: "try again shortly", details: [errorInfo("unavailable")] },
  });
  const headers = { authorization: `Bearer ${token}` };
  const nodeOptions = { rejectUnauthorized: false };
  for (const transport of [
    createConnectTransport({ baseUrl: edge.url, httpVersion: "2", nodeOptions }),
    createGrpcTransport({ baseUrl: edge.url, nodeOptions }),
  ]) {
    const call = createClient(NotificationService, transport).listNotifications({}, { headers });
    const error = await call.then(undefined, (thrown: unknown) => ConnectError.from(thrown));
    expect(error).toMatchObject({ code: Code.Unavailable, rawMessage: "try again shortly" });
  }
});

test("escaped slashes in a path are refused", async () => {
  expect(await edge.call("GET /v1/bookings/a%2Fb", { token })).toMatchObject({ status: 400, body: { code: 3 } });
});
