import { describe, expect, jest, test } from "@jest/globals";
import { AuthService, IssueLinkTokenRequest_Purpose as Purpose } from "@lacio/proto/auth/v1/auth_service";
import { UsersService } from "@lacio/proto/users/v1/users_service";
import { beforeTests } from "@lacio/testkit/before-tests";
import { startSystem, type System } from "@lacio/testkit/system";
import { adminToken, asService, clientFor, refusal, signUp, sql, until } from "@lacio/testkit/testing";
import { askedEverywhere, hireStylist, refusedEverywhere } from "./ends.ts";
import { reasonOf, rest } from "./rest.ts";

jest.setTimeout(180_000);

let system: System;
await beforeTests(
  async () => {
    system = await startSystem({ fsync: false });
  },
  () => system?.stop(),
);

type Person = { id: string; email: string; password: string; accessToken: string; refreshToken: string };
const auth = () => clientFor(AuthService, system);
const asAdmin = async () => clientFor(AuthService, system, await adminToken(system));
const claims = (token: string) => JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString()) as Record<string, string>;
const signInAgain = async ({ email, password }: { email: string; password: string }) => auth().login({ email, password });

async function stylist() {
  const hired = await hireStylist(system);
  return { ...hired, ...(await signInAgain(hired)) };
}

async function resetPassword({ id: accountId }: Person) {
  const asNotification = clientFor(AuthService, system, asService("notification", system));
  const { token } = await asNotification.issueLinkToken({ accountId, purpose: Purpose.RESET_PASSWORD });
  await auth().resetPassword({ token, password: "otra clave larga" });
}

async function reuse({ accessToken, refreshToken }: Person) {
  await auth().refresh({ refreshToken });
  const longAgo = "update refresh_token set used_at = used_at - interval '30 seconds' where session_id = $1 and used_at is not null";
  await sql(system, "auth", longAgo, [claims(accessToken).sid]);
  await refusal(auth().refresh({ refreshToken }));
}

const revokeElsewhere = async (person: Person) =>
  clientFor(AuthService, system, (await signInAgain(person)).accessToken).revokeSession({ sessionId: claims(person.accessToken).sid });

const changePasswordElsewhere = async (person: Person) =>
  clientFor(AuthService, system, (await signInAgain(person)).accessToken).changePassword({
    currentPassword: person.password,
    newPassword: "otra clave larga",
  });

const eraseMe = ({ accessToken, password }: Person) =>
  until(async () => (await refusal(clientFor(UsersService, system, accessToken).eraseMe({ password }))) === "not refused");

type Way = [what: string, whose: () => Promise<Person>, end: (person: Person) => Promise<unknown>, others: "go on" | "end"];
const client = () => signUp(system);
const ways: Way[] = [
  ["signing out", client, ({ refreshToken }) => auth().logout({ refreshToken }), "go on"],
  ["revoking it from another device", client, revokeElsewhere, "go on"],
  ["the reuse of its refresh token", client, reuse, "go on"],
  ["setting a new password", client, resetPassword, "end"],
  ["changing the password on another device", client, changePasswordElsewhere, "end"],
  ["the ADMIN", client, async ({ id: accountId }) => (await asAdmin()).endSessions({ accountId }), "end"],
  ["disabling the account", client, async ({ id: accountId }) => (await asAdmin()).disableAccount({ accountId }), "end"],
  ["erasing the account", client, eraseMe, "end"],
  ["dismissing the stylist", stylist, (person) => (person as Awaited<ReturnType<typeof stylist>>).dismiss(), "end"],
];
const ended: string[] = [];

describe("a session that is ended by", () => {
  test.each(ways)("%s is refused by every service and through the edge", async (_, whose, end, others) => {
    const person = await whose();
    const other = (await signInAgain(person)).accessToken;
    for (const answer of Object.values(await askedEverywhere(system, person.accessToken))) expect(answer).not.toMatch(/^Un/);
    expect((await rest(system, person.accessToken).get("/v1/auth/sessions")).status).toBe(200);

    await end(person);
    await refusedEverywhere(system, person.accessToken);
    const answer = await rest(system, person.accessToken).get("/v1/auth/sessions");
    expect([answer.status, reasonOf(answer)]).toEqual([401, "session_over"]);
    ended.push(person.accessToken);
    if (others === "end") await refusedEverywhere(system, other);
    else for (const answer of Object.values(await askedEverywhere(system, other))) expect(answer).not.toMatch(/^Un/);
  });
});

test("a replica that starts afterwards refuses all of them, also behind tens of thousands", async () => {
  const many = `insert into session (id, account_id, user_agent, started_at, last_used_at, expires_at, revoked_at)
    select gen_random_uuid(), (select id from account limit 1), '', now(), now(), now() + interval '1 day', now()
    from generate_series(1, 30000)`;
  await sql(system, "auth", many);
  for (const service of ["users", "auth"]) {
    const replica = await system.startReplica(service);
    const there = { ...system, urls: { ...system.urls, [service]: replica.url } };
    for (const token of ended) expect(await askedAt(there, service, token)).toBe("Unauthenticated session_over");
    await replica.stop();
  }
});

const askedAt = async (there: typeof system, service: string, token: string) => (await askedEverywhere(there, token))[service];

describe("while the broker is away", () => {
  test("ends still travel", async () => {
    const ana = await client();
    await system.process("nats").kill();
    await auth().logout({ refreshToken: ana.refreshToken });
    await refusedEverywhere(system, ana.accessToken);
    await system.process("nats").restart();
  });
});

test("while auth is away, those who are known go on", async () => {
  const ana = await client();
  await until(async () => (await askedAt(system, "users", ana.accessToken)) === "not refused");
  await system.process("auth").kill();
  expect(await askedAt(system, "users", ana.accessToken)).toBe("not refused");
  await system.process("auth").restart();
});
