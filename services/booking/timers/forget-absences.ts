import type { App } from "../app.ts";

const keepDays = 30;

/** Retention: an absence that is over occupies nothing any more, and later goes itself; as long as it is here, its event told again is a no-op. */
export async function forgetAbsences(app: App): Promise<void> {
  const [now, long] = [app.now(), new Date(app.now().getTime() - keepDays * 86_400_000)];
  await app.db.sql("delete from occupancy where absence_id is not null and upper(during) <= $1", [now]);
  await app.db.sql(
    "delete from absence where (upper(during) <= $1 or withdrawn_at <= $1) and not exists (select from occupancy where absence_id = absence.id)",
    [long],
  );
}
