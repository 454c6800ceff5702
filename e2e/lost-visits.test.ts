import { expect, test } from "@jest/globals";
import { beforeTests } from "@lacio/testkit/before-tests";
import fc from "fast-check";
import { accountOf } from "./lost-visits/account.ts";
import { histories } from "./lost-visits/history.ts";
import { Life } from "./lost-visits/life.ts";
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
  const property = fc.asyncProperty(histories, async (deeds) => {
    const life = new Life(salon);
    for (const deed of deeds) {
      await life.live(deed);
      expect(await life.heldTooLong()).toEqual([]);
    }
    await life.end();
    for (const { bookingId, paid } of life.made) {
      const { wrong, ...facts } = await accountOf(salon, bookingId, paid);
      expect({ bookingId, facts, wrong }).toEqual({ bookingId, facts, wrong: [] });
    }
    expect(await life.twoAtOnce()).toEqual([]);
  });
  await fc.assert(property, { numRuns: runs, seed, endOnFailure: process.env.LOST_VISITS_SHRINK === undefined });
}, 3_600_000);
