import type { Handler } from "@lacio/chassis/consume";
import type { StylistChangedSchema } from "@lacio/proto/staff/v1/events";
import type { App } from "../app.ts";

export const onStylistChanged =
  (app: App): Handler<typeof StylistChangedSchema> =>
  async ({ staffId, active, skillIds, revision }, once) => {
    const { stylist } = await app.staff.getStylist({ staffId }); // events carry no names
    await once((tx) =>
      tx.sql(
        `insert into stylist (id, name, active, skill_ids, revision) values ($1, $2, $3, $4, $5)
         on conflict (id) do update set name = excluded.name, active = excluded.active, skill_ids = excluded.skill_ids, revision = excluded.revision
         where stylist.revision < excluded.revision`,
        [staffId, stylist!.name, active, skillIds, revision],
      ),
    );
  };
