import { expect, test } from "@jest/globals";
import { beforeTests } from "@lacio/testkit/before-tests";
import { startSystem, type System } from "@lacio/testkit/system";
import { makeDue, clientFor, refusal, signIn, signUp, sql, until } from "@lacio/testkit/testing";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { decodeProtectedHeader } from "jose";

let system: System;
await beforeTests(
  async () => {
    system = await startSystem({ services: ["auth"], edge: false, stripe: false, fsync: false });
  },
  () => system?.stop(),
);

const kidOf = (token: string) => decodeProtectedHeader(token).kid!;
const listed = (token: string) => refusal(clientFor(AuthService, system, token).listSessions({}));
async function published() {
  const response = await fetch(new URL("/.well-known/jwks.json", system.urls["auth-http"]));
  const { keys } = (await response.json()) as { keys: Record<string, string>[] };
  expect(keys.filter(({ d, alg, use }) => d || alg !== "ES256" || use !== "sig")).toEqual([]);
  return keys.map(({ kid }) => kid!);
}

test("a key that is a month old is rotated, its successor published ahead; tokens of both verify, across restarts", async () => {
  const ana = await signUp(system);
  expect(await published()).toEqual([kidOf(ana.accessToken)]);

  await sql(system, "auth", "update signing_key set active_from = active_from - interval '31 days'");
  await makeDue(system, "auth", "rotate-keys");
  await system.process("auth").restart();
  const both = await until(async () => ((await published()).length === 2 ? published() : undefined));
  const between = await signIn(system, ana);
  expect([kidOf(between), both.includes(kidOf(between))]).toEqual([kidOf(ana.accessToken), true]);

  await sql(system, "auth", "update signing_key set active_from = now() - interval '1 minute' where active_from > now()");
  await system.process("auth").restart();
  const fresh = await signIn(system, ana);
  expect([kidOf(fresh) === kidOf(ana.accessToken), both.includes(kidOf(fresh))]).toEqual([false, true]);
  for (const token of [ana.accessToken, between, fresh]) expect(await listed(token)).toBe("not refused");
});
