import type { App } from "../app.ts";

/** Retention: links that open nothing any more. */
export async function forgetLinks(app: App): Promise<void> {
  await app.db.sql(
    `delete from answer_link using reassignment r
     where r.id = reassignment_id and r.settled_at <= $1::timestamptz - make_interval(days => $2)`,
    [app.now(), app.config.linkKeepDays],
  );
}
