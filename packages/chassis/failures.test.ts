import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { until } from "@lacio/testkit/testing/until";
import { v4 as uuid } from "uuid";
import { unavailable } from "./errors.ts";
import { registered, startEvents, type Events } from "./testing/events.ts";

// EVENT_MAX_FAILURES is 2 here: what counts as a failure?
let events: Events;
const troubles = new Map<string, (() => void | Promise<void>)[]>();
beforeAll(async () => {
  events = await startEvents({ trouble: (accountId) => troubles.get(accountId)?.shift()?.() });
});
afterAll(() => events?.stop());

const away = () => {
  throw unavailable("users is away");
};
const broken = () => {
  throw new Error("broken");
};
const lettersOf = async (account: string) =>
  events.consumer.sql("select 1 from dead_letter where headers->>'lacio-key' = $1 and replayed_at is null", [account]);

async function handled(...trouble: (() => void | Promise<void>)[]): Promise<string> {
  const account = uuid();
  troubles.set(account, trouble);
  await events.emit(registered(account));
  await until(async () => (await events.effectsOf(account)) === 1, { timeoutMs: 60_000 });
  return account;
}

test("deliveries during an outage are no failures: the first other error is tried again", async () => {
  expect(await lettersOf(await handled(away, away, away, broken))).toEqual([]);
});

test("an ack that does not arrive after the commit is no failure", async () => {
  const { nats } = events.infra;
  const before = events.warnings.length;
  const account = await handled(broken, () => nats.kill("SIGSTOP"));
  await until(() => events.warnings.length >= before + 2); // of the failure, and of the lost ack
  await nats.kill("SIGCONT");
  await handled(); // a later event: the redelivery after the lost ack is over
  expect(await lettersOf(account)).toEqual([]);
});
