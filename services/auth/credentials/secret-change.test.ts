import { randomBytes } from "node:crypto";
import { expect, test } from "@jest/globals";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { beforeTests } from "@lacio/testkit/before-tests";
import { startSystem, type Replica, type System } from "@lacio/testkit/system";
import { clientFor, refusal, signUp, until, type SignedIn } from "@lacio/testkit/testing";

const [old, next, lost] = [1, 2, 3].map(() => randomBytes(32).toString("base64"));
let system: System;
let ana: SignedIn;
await beforeTests(
  async () => {
    const serviceEnv = { auth: { KEY_ENCRYPTION_SECRET: old! } };
    system = await startSystem({ services: ["auth"], edge: false, stripe: false, fsync: false, serviceEnv });
    ana = await signUp(system);
  },
  () => system?.stop(),
);

const replica = (secret: string) => system.startReplica("auth", { KEY_ENCRYPTION_SECRET: secret });
const at = ({ url }: { url: string }, token?: string) => clientFor(AuthService, { ...system, urls: { ...system.urls, auth: url } }, token);
const before = () => at({ url: system.urls.auth! });

test("a refresh whose answer was lost gets the same successor from a replica that derives by the other value", async () => {
  const after = await replica(`${next},${old}`);
  for (const [first, retried] of [
    [before(), at(after)],
    [at(after), at(await replica(`${old},${next}`))],
  ] as const) {
    const { refreshToken } = await before().login(ana);
    const answered = await first.refresh({ refreshToken });
    expect((await retried.refresh({ refreshToken })).refreshToken).toBe(answered.refreshToken);
    expect(await refusal(retried.refresh({ refreshToken: answered.refreshToken }))).toBe("not refused");
  }
});

test("a replica that has neither value sends a retry elsewhere and does not end the session", async () => {
  const { refreshToken } = await before().login(ana);
  const answered = await before().refresh({ refreshToken });
  expect(await refusal(at(await replica(lost!)).refresh({ refreshToken }))).toBe("Unavailable unavailable");
  expect((await before().refresh({ refreshToken })).refreshToken).toBe(answered.refreshToken);
});

test("without the old value a replica signs in at once, and each accepts the other's tokens", async () => {
  const replicas: Replica[] = [await replica(lost!), await replica(lost!)];
  const fresh = await Promise.all(replicas.map((one) => at(one).login(ana)));
  const { accessToken } = await before().login(ana);
  for (const one of [{ url: system.urls.auth! }, ...replicas])
    for (const token of [accessToken, ...fresh.map((answer) => answer.accessToken)])
      await until(async () => (await refusal(at(one, token).listSessions({}))) === "not refused", { timeoutMs: 3_000 });
});

const long = "0123456789".repeat(4);
test.each([
  ["too short", "value 1 has 9;"],
  [`${long},short`, "value 2 has 5;"],
  [`${long},`, "value 2 has 0;"],
  [[long, long, long].join(), "has 3 values;"],
])("the value %j stops the process, which says why and not what it was", async (value, why) => {
  const said = String(await replica(value).catch((error: Error) => error));
  expect(said).toMatch(/code 78[^]*KEY_ENCRYPTION_SECRET/);
  expect(said).toContain(why);
  expect(said).not.toContain(long);
});
