import { create, toJson, type DescField, type DescMethod, type JsonObject } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { sharedSystem } from "@lacio/dev/testing";
import { methods } from "@lacio/proto/registry";
import { gatherCast, tokensFor, type Cast } from "./access-matrix/cast.ts";
import { requests, variants } from "./access-matrix/requests.ts";
import { hasRest, restForm } from "./access-matrix/rest-form.ts";
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

/** What a caller's mistake may be answered with. */
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

describe.each(methods.map((method) => ({ name: callName(method), method })))("$name", ({ method }) => {
  test("answers bad input with what is wrong with it", async () => {
    const good = await goodRequest(method);
    const problems: string[] = [];
    for (const [who, token] of await callersOf(method)) {
      expect(await ports.post(method, JSON.stringify(good), token)).not.toMatchObject({ code: "invalid_argument" });
      await sideBySide(casesOf(method.input, good), async (one) => {
        const problem = problemWith(one, await ports.post(method, JSON.stringify(one.body), token));
        if (problem) problems.push(`${who} sends ${one.path}: ${shortly(one.value)} -> ${problem}`);
      });
    }
    expect(problems).toEqual([]);
  });

  if (hasRest(method))
    test("answers bad input by REST in REST's form", async () => {
      const good = await goodRequest(method);
      const problems: string[] = [];
      const edge = rest(system, [...(await callersOf(method)).values()][0]);
      await sideBySide(casesOf(method.input, good), async ({ path: field, value, body: fields }) => {
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
    const own = openPorts(system); // what the service does not read of a body stays in the session
    for (const body of notRequests) {
      const { status, code } = await own.post(method, body, token);
      expect([shortly(body), status < 500 && refusals.includes(code)]).toEqual([shortly(body), true]);
    }
    own.close();
  });
});

// What does not even leave this machine: an HTTP/2 client refuses to send it.
const longestPath = 10_000;

async function goodRequest(method: DescMethod): Promise<JsonObject> {
  const { parent, localName, input } = method;
  const ofService = requests[parent.typeName.split(".")[1] as keyof typeof requests] as unknown as typeof variants;
  // An ADMIN must say for whom.
  const request = variants[`${callName(method)} (for the client)`] ?? ofService[localName]!;
  return toJson(input, create(input, await request(cast))) as JsonObject;
}

const callersOf = async (method: DescMethod) => whoMay(method, { ...cast, tokens: await tokensFor(method, cast) });

function problemWith({ path, field, never }: Case, { status, code, message, violations }: Answer): string | undefined {
  if (code === "ok") return never ? "was taken" : undefined;
  const said = `${status} ${code}: ${message.slice(0, 160)}`;
  if (status >= 500 || !refusals.includes(code)) return said;
  return code !== "invalid_argument" || names(field, path, message, violations) ? undefined : `names another field or none: ${said}`;
}

function names(field: DescField, path: string, message: string, violations: Answer["violations"]): boolean {
  // What is not even JSON of the message is refused while it is read, before there are fields: in words, by the field or its type.
  if (message.startsWith("cannot decode"))
    return [field.name, field.jsonName, field.message?.typeName, field.enum?.typeName].some((name) => name && message.includes(name));
  // A rule about several fields names one of them and speaks of the other, or names the message that they are in: the request itself is "".
  return violations.some(
    ({ field: named, description }) =>
      named === "" || isWithin(path, named) || isWithin(named, path) || description.split(/\W+/).includes(field.jsonName),
  );
}

const isWithin = (inner: string, outer: string) => inner === outer || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);

async function sideBySide<T>(items: Iterable<T>, work: (item: T) => Promise<void>, width = 8): Promise<void> {
  const iterator = Iterator.from(items);
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let next = iterator.next(); !next.done; next = iterator.next()) await work(next.value);
    }),
  );
}

const shortly = (value: unknown): string => String(JSON.stringify(value)).slice(0, 60);
