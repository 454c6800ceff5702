import { expect, test } from "@jest/globals";
import { beforeTests } from "@lacio/testkit/before-tests";
import fc from "fast-check";
import { accountOf } from "./lost-visits/account.ts";
import { histories } from "./lost-visits/history.ts";
import { Life } from "./lost-visits/life.ts";
import { endOf, heldTooLong, twoAtOnce } from "./lost-visits/promises.ts";
import { openSalon, type Salon } from "./lost-visits/salon.ts";

const runs = Number(process.env.LOST_VISITS_HISTORIES ?? 200);
const seed = Number(process.env.LOST_VISITS_SEED ?? Date.now() % 2 ** 31);

let salon: Salon;
await beforeTests(
  async () => {
    salon = await openSalon(".lacio/test/lost-visits");
  },
  () => salon?.town.stop(),
);

test(`nobody is left standing, in ${runs} histories from seed ${seed}`, async () => {
  const seen = new Map<string, number>();
  const property = fc.asyncProperty(histories, async (deeds) => {
    const life = new Life(salon);
    for (const deed of deeds) {
      await life.live(deed);
      expect(await heldTooLong(salon)).toEqual([]);
    }
    expect(await endOf(life)).toEqual([]);
    for (const { bookingId, paid } of life.made) {
      const { wrong, ...account } = await accountOf(salon, bookingId, paid);
      expect({ bookingId, account, wrong }).toEqual({ bookingId, account, wrong: [] });
      for (const one of [...account.facts, ...account.states]) seen.set(one, (seen.get(one) ?? 0) + 1);
    }
    for (const one of life.refused) seen.set(one, (seen.get(one) ?? 0) + 1);
    const ids = life.made.map(({ bookingId }) => bookingId);
    expect(await twoAtOnce(salon, ids)).toEqual([]);
  });
  await fc.assert(property, { numRuns: runs, seed, endOnFailure: process.env.LOST_VISITS_SHRINK === undefined });
  const lived = [
    "MOVED",
    "RESCHEDULED",
    "REFUNDED",
    "KEPT",
    "booking.substitute_released",
    "already_answered",
    "slot_taken",
    "overlaps_own_visit",
  ];
  if (runs >= 200) expect([...seen.keys()]).toEqual(expect.arrayContaining(lived)); // or the histories have become tame
  console.log(`${runs} histories from seed ${seed}:`, Object.fromEntries([...seen].sort(([, one], [, other]) => other - one)));
}, 3_600_000);
