import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { permissions } from "@lacio/permissions/table";
import { startAppAlone } from "@lacio/testkit/app-alone";
import { createApp, readConfig } from "../app.ts";
import { database } from "../db/index.ts";
import { forgetAbsences } from "./forget-absences.ts";

let alone: Awaited<ReturnType<typeof startAlone>>;
const nobody = "http://127.0.0.1:1";
const startAlone = () =>
  startAppAlone(
    "booking-absences",
    { permissions: permissions.booking, config: readConfig, database, createApp },
    { AUTH_URL: nobody, AVAILABILITY_URL: nobody },
  );
beforeAll(async () => void (alone = await startAlone()));
afterAll(() => alone?.stop());

const kept = async (table: string) => (await alone.sql<{ during: string }>(`select 1 from ${table}`)).length;

test("an absence that is over occupies nothing, and is forgotten a month later; one that lasts stays", async () => {
  const day = 86_400;
  for (const [from, until] of [
    [-2, 1],
    [-2, 90],
  ]) {
    const during = [from!, until!].map((days) => new Date(alone.now().getTime() + days * day * 1_000));
    await alone.sql(
      `with absent as (insert into absence (id, staff_id, during) values (gen_random_uuid(), gen_random_uuid(), tstzrange($1, $2)) returning *)
       select id, staff_id, during from absent`,
      during,
    );
  }
  await alone.sql("insert into occupancy (resource_id, during, absence_id) select staff_id, during, id from absence");
  await alone.sql("insert into absence (id, staff_id, withdrawn_at) values (gen_random_uuid(), gen_random_uuid(), now())");

  await forgetAbsences(alone.app);
  expect([await kept("absence"), await kept("occupancy")]).toEqual([3, 2]);
  alone.wait(1 * day);
  await forgetAbsences(alone.app);
  expect([await kept("absence"), await kept("occupancy")]).toEqual([3, 1]);
  alone.wait(31 * day);
  await forgetAbsences(alone.app);
  expect([await kept("absence"), await kept("occupancy")]).toEqual([1, 1]);
});
