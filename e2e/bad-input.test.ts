import { create, toJson, type DescField, type DescMethod, type JsonObject } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { sharedSystem } from "@lacio/testkit/testing";
import { methods } from "@lacio/proto/registry";
import { gatherCast, tokensFor, type Cast } from "./access-matrix/cast.ts";
import { requests, variants } from "./access-matrix/requests.ts";
import { hasRest, pathOf, restForm } from "./access-matrix/rest-form.ts";
import { callName } from "./access-matrix/table.ts";
import { casesOf, notRequests, type Case } from "./bad-input/cases.ts";
import { openPorts, type Answer } from "./bad-input/post-json.ts";
import { whoMay } from "./bad-input/who-may.ts";
import { reasonOf, rest } from "./rest.ts";

const system = sharedSystem();
const ports = openPorts(system);
let cast: Cast;

beforeAll(async () => {
  cast = await gatherCast(system);
});
afterAll(() => ports.close());

/** The codes that a caller's mistake may be answered with. */
const refusals = [
  "invalid_argument",
  "not_found",
  "failed_precondition",
  "already_exists",
  "out_of_range",
  "permission_denied",
  "resource_exhausted",
  "unauthenticated",
  "aborted",
];

// Sampling: values that the same code handles in every field (`alike`) are spread over the fields, so that each is tried somewhere.
const isReadHere = ({ alike, turn }: Case) => !alike || turn % 3 === 0;
const isReadByEdge = ({ field, turn }: Case, method: DescMethod) => pathOf(method).includes(`{${field.name}}`) || turn % 4 === 0;

describe.each(methods.map((method) => ({ name: callName(method), method })))("$name", ({ method }) => {
  test("answers bad input with what is wrong with it", async () => {
    const good = await goodRequest(method);
    const callers = [...(await callersOf(method))];
    for (const [who, token] of callers)
      expect([who, await ports.post(method, JSON.stringify(good), token)]).toMatchObject([who, { code: reached }]);
    const problems: string[] = [];
    const cases = casesOf(method.input, good).filter(isReadHere);
    // Callers alternate over the values: parsing does not depend on the caller, and each caller sends every field.
    await sideBySide(cases, async (one, n) => {
      const [who, token] = callers[n % callers.length]!;
      const problem = problemWith(one, await ports.post(method, JSON.stringify(one.body), token));
      if (problem) problems.push(`${who} sends ${one.path}: ${shortly(one.value)} -> ${problem}`);
    });
    expect(problems).toEqual([]);
  });

  if (hasRest(method))
    test("answers bad input by REST in REST's form", async () => {
      const good = await goodRequest(method);
      const problems: string[] = [];
      const edge = rest(system, [...(await callersOf(method)).values()][0]);
      const cases = casesOf(method.input, good).filter((one) => isReadByEdge(one, method));
      await sideBySide(cases, async ({ path: field, value, body: fields }) => {
        const { verb, path, body } = restForm(method, fields);
        if (path.length > longestPath) return;
        const answer = await edge.send(verb, path, body);
        const understood = answer.status === 200 || (answer.status < 500 && reasonOf(answer));
        if (!understood)
          problems.push(`${verb} ${path.slice(0, 80)} ${field}: ${shortly(value)} -> ${answer.status} ${shortly(answer.body)}`);
      });
      expect(problems).toEqual([]);
    });

  test("refuses what is no request", async () => {
    const [token] = (await callersOf(method)).values();
    const own = openPorts(system); // its own session: unread body bytes fill an HTTP/2 session's flow-control window
    for (const body of notRequests) {
      const { status, code } = await own.post(method, body, token);
      expect([shortly(body), status < 500 && refusals.includes(code)]).toEqual([shortly(body), true]);
    }
    own.close();
  });
});

// The valid request has to pass parsing and access, or the other cases would not test the fields.
const reached = expect.not.stringMatching(/^(invalid_argument|unauthenticated|permission_denied)$/) as unknown as string;

// Longer paths can't be tested: the HTTP/2 client refuses to send them.
const longestPath = 10_000;

async function goodRequest(method: DescMethod): Promise<JsonObject> {
  const { parent, localName, input } = method;
  const ofService = requests[parent.typeName.split(".")[1] as keyof typeof requests] as unknown as typeof variants;
  // An ADMIN has to name the client.
  const request = variants[`${callName(method)} (for the client)`] ?? ofService[localName]!;
  const good = toJson(input, create(input, await request(cast))) as JsonObject;
  // Without the optional password: hashing it in every accepted case would be slow.
  return mayLackPassword.includes(callName(method)) ? { ...good, password: "" } : good;
}

const mayLackPassword = ["AuthService/CreateAccount", "StaffService/CreateStylist"];

const callersOf = async (method: DescMethod) => whoMay(method, { ...cast, tokens: await tokensFor(method, cast) });

function problemWith({ path, field, never }: Case, { status, code, message, violations }: Answer): string | undefined {
  if (code === "ok") return never ? "was taken" : undefined;
  const said = `${status} ${code}: ${message.slice(0, 160)}`;
  if (status >= 500 || !refusals.includes(code)) return said;
  if (violations.some(({ description }) => description === "is not the password of this account")) return undefined; // a case before changed it
  return code !== "invalid_argument" || names(field, path, message, violations) ? undefined : `names another field or none: ${said}`;
}

function names(field: DescField, path: string, message: string, violations: Answer["violations"]): boolean {
  // JSON that does not decode has no field violations: the message names the field or its type.
  if (message.startsWith("cannot decode"))
    return [field.name, field.jsonName, field.message?.typeName, field.enum?.typeName].some((name) => name && message.includes(name));
  // A rule over several fields names one and mentions the other, or names their message or oneof; the request itself is "".
  return violations.some(
    ({ field: named, description }) =>
      named === "" ||
      named === field.oneof?.name ||
      isWithin(path, named) ||
      isWithin(named, path) ||
      description.split(/\W+/).includes(field.jsonName),
  );
}

const isWithin = (inner: string, outer: string) => inner === outer || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);

async function sideBySide<T>(items: Iterable<T>, work: (item: T, n: number) => Promise<void>, width = 8): Promise<void> {
  const iterator = Iterator.from(items);
  let n = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let next = iterator.next(); !next.done; next = iterator.next()) await work(next.value, n++);
    }),
  );
}

const shortly = (value: unknown): string => String(JSON.stringify(value)).slice(0, 60);
