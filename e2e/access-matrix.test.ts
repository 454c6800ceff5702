import { beforeAll, describe, expect, test } from "@jest/globals";
import { asService, sharedSystem } from "@lacio/testkit/testing";
import { methods, services } from "@lacio/proto/registry";
import { gatherCast, tokensFor, type Cast } from "./access-matrix/cast.ts";
import { atPort, throughEdge, type Answered } from "./access-matrix/outcome.ts";
import { requests, variants } from "./access-matrix/requests.ts";
import { hasRest } from "./access-matrix/rest-form.ts";
import { callName, methodOf, people, rows, type Row } from "./access-matrix/table.ts";
import { rest, type Rest } from "./rest.ts";

const system = sharedSystem();
const serviceNames = services.map(({ typeName }) => typeName.split(".")[1]!);
const edges = new Map<string | undefined, Rest>();
let cast: Cast;

beforeAll(async () => {
  cast = await gatherCast(system);
});

test("every method has its row", () => {
  expect([...new Set(rows.map(({ call }) => call.split(" ")[0]))].sort()).toEqual(methods.map(callName).sort());
});

describe.each(rows)("$call", ({ call, outcomes, services: allowed }) => {
  const method = methodOf(call);

  test("at the service's port", async () => {
    const asked: Record<string, Answered> = {};
    const tokens = await tokensFor(method, cast);
    for (const name of people) asked[name] = await atPort(system, method, await requestOf(call), tokens[name]);
    expect(outcomesOf(asked)).toEqual(outcomes);
    tellsNothing(asked, outcomes);
  });

  test("for services", async () => {
    const asked: Record<string, Answered> = {};
    for (const name of serviceNames) asked[name] = await atPort(system, method, await requestOf(call), asService(name, system));
    expect(outcomesOf(asked)).toEqual(
      Object.fromEntries(serviceNames.map((name) => [name, allowed === "any" || allowed.includes(name) ? "ok" : "403"])),
    );
  });

  test("for whoever's session has ended, as for nobody", async () => {
    const asked: Record<string, Answered> = {};
    for (const [name, token] of Object.entries(cast.ended)) {
      asked[`${name}, at the port`] = await atPort(system, method, await requestOf(call), token);
      if (hasRest(method)) asked[`${name}, by REST`] = await throughEdge(edgeFor(token), method, await requestOf(call));
    }
    expect(outcomesOf(asked)).toEqual(Object.fromEntries(Object.keys(asked).map((name) => [name, outcomes.nobody])));
    // Nor is it the expiry of a token that refuses.
    if (outcomes.nobody === "401") expect(new Set(Object.values(asked).map(({ reason }) => reason))).toEqual(new Set(["session_over"]));
  });

  if (hasRest(method))
    test("by REST through the edge", async () => {
      const asked: Record<string, Answered> = {};
      const tokens = await tokensFor(method, cast);
      for (const name of people) asked[name] = await throughEdge(edgeFor(tokens[name]), method, await requestOf(call));
      const service = await throughEdge(edgeFor(asService("booking", system)), method, await requestOf(call));
      expect(outcomesOf({ ...asked, service })).toEqual({ ...outcomes, service: allowed === "any" ? "ok" : "401" });
      tellsNothing(asked, outcomes);
    });
});

function edgeFor(token: string | undefined): Rest {
  const edge = edges.get(token) ?? rest(system, token);
  edges.set(token, edge);
  return edge;
}

async function requestOf(call: string): Promise<Record<string, unknown>> {
  const variant = variants[call];
  if (variant) return variant(cast);
  const { localName, parent } = methodOf(call);
  const ofService = requests[parent.typeName.split(".")[1] as keyof typeof requests] as unknown as typeof variants;
  return ofService[localName]!(cast);
}

const outcomesOf = (asked: Record<string, Answered>) =>
  Object.fromEntries(Object.entries(asked).map(([name, { outcome }]) => [name, outcome]));

/** No answer to another caller, not even an error, leaks data of the client. */
function tellsNothing(asked: Record<string, Answered>, outcomes: Row["outcomes"]) {
  const { bookingId, visitedId, lostBookingId, reassignmentId, paymentId, invoiceId, notificationId, sessionId, client } = cast;
  const ids = [bookingId, visitedId, lostBookingId, reassignmentId, paymentId, invoiceId, notificationId, sessionId];
  const secrets = [...ids, client.email, client.name];
  for (const name of ["nobody", "other client", "other stylist"] as const)
    expect([name, outcomes[name], secrets.filter((secret) => asked[name]!.text.includes(secret))]).toEqual([name, outcomes[name], []]);
}
