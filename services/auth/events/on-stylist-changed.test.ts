import type { Client } from "@connectrpc/connect";
import { expect, test } from "@jest/globals";
import { fact } from "@lacio/chassis/fact";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { AccountDisabledSchema, AccountEnabledSchema, DisabledCause } from "@lacio/proto/auth/v1/events";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import { StylistChangedSchema } from "@lacio/proto/staff/v1/events";
import { beforeTests } from "@lacio/testkit/before-tests";
import { startPublisher } from "@lacio/testkit/publisher";
import { startSystem, type System } from "@lacio/testkit/system";
import { adminToken, clientFor, refusal, signUp, sql, until } from "@lacio/testkit/testing";
import { endsOf, factsOf } from "../testing/facts.ts";

const disabled = "PermissionDenied account_disabled";
let system: System;
let auth: Client<typeof AuthService>;
let publisher: Awaited<ReturnType<typeof startPublisher>>;

await beforeTests(
  async () => {
    system = await startSystem({ dir: ".lacio/test/auth-stylists", services: ["auth"], edge: false, stripe: false, fsync: false });
    auth = clientFor(AuthService, system);
    publisher = await startPublisher(system.urls.nats!);
  },
  async () => {
    await publisher?.stop();
    await system?.stop();
  },
);

/** Tells what staff would, and waits until auth has handled it. */
async function tell(staffId: string, active: boolean, revision: bigint): Promise<void> {
  const eventId = await publisher.publish(fact(StylistChangedSchema, staffId, { staffId, active, revision }));
  await until(async () => (await sql(system, "auth", "select 1 from inbox where event_id = $1", [eventId])).length > 0);
}

async function newStylist() {
  const account = { email: `${crypto.randomUUID()}@example.com`, password: "una clave larga", name: "Sofía", role: Caller_Role.STYLIST };
  const asAdmin = clientFor(AuthService, system, await adminToken(system));
  const { user } = await asAdmin.createAccount(account);
  return { ...account, id: user!.id, asAdmin };
}

test("a dismissed stylist can't sign in, and her sessions end; active again, she can", async () => {
  const sofia = await newStylist();
  const { refreshToken } = await auth.login(sofia);
  await tell(sofia.id, false, 1n);
  await tell(sofia.id, false, 1n);
  expect(await refusal(auth.login(sofia))).toBe(disabled);
  expect(await refusal(auth.refresh({ refreshToken }))).toBe("Unauthenticated session_over");
  expect(await endsOf(system, sofia.id)).toEqual([[expect.any(String), "DISMISSED"]]);
  await tell(sofia.id, true, 2n);
  await tell(sofia.id, false, 1n); // comes late
  expect(await refusal(auth.login(sofia))).toBe("not refused");
  const told = [{ cause: DisabledCause.DISMISSED, by: "" }];
  expect(await factsOf(system, AccountDisabledSchema, sofia.id)).toMatchObject(told);
  expect(await factsOf(system, AccountEnabledSchema, sofia.id)).toMatchObject(told);
});

test("whom an ADMIN has disabled stays so when the stylist is active again, and the other way round", async () => {
  const sofia = await newStylist();
  await tell(sofia.id, false, 1n);
  await sofia.asAdmin.disableAccount({ accountId: sofia.id });
  await tell(sofia.id, true, 2n);
  expect(await refusal(auth.login(sofia))).toBe(disabled);
  await tell(sofia.id, false, 3n);
  expect(await sofia.asAdmin.enableAccount({ accountId: sofia.id })).toMatchObject({ maySignIn: false });
  expect(await refusal(auth.login(sofia))).toBe(disabled);
});

test("only a stylist's account follows staff", async () => {
  const ana = await signUp(system);
  await tell(ana.id, false, 1n);
  await tell(crypto.randomUUID(), false, 1n);
  expect(await refusal(auth.login(ana))).toBe("not refused");
});
