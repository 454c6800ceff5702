import { isOutage } from "@lacio/chassis/errors";
import type { Job } from "@lacio/chassis/jobs";
import { wantedSubstitutes } from "../acts/find-substitutes.ts";
import type { App } from "../app.ts";
import type { Substitute } from "../domain/answer.ts";
import { canAsk } from "../domain/deadline.ts";
import { plan } from "../domain/plan.ts";
import { Reassignment } from "../domain/reassignment.ts";
import { visitOf } from "../domain/visit.ts";
import { propose } from "./propose.ts";

/** Plans all visits that wait for a substitute, together, and carries the plan out. @throws the errors of those that failed, after the others */
export const planVisits = (app: App): Job["run"] =>
  async function planVisits(_, { over }) {
    const now = app.now();
    const { ready, nextAt } = await waiting(app, now);
    const errors: unknown[] = [];
    const attempt = forgiving(errors);

    const visits: { lost: Reassignment; substitutes: Substitute[] }[] = [];
    for (const lost of ready) {
      const found = await attempt(wantedSubstitutes(app, lost, canAsk(lost.deadline, now, app.config)));
      if (found) visits.push({ lost, substitutes: found.substitutes });
    }
    const planned = plan(visits.map(({ lost, substitutes }) => visitOf(lost.id, lost.startsAt, lost.soldAs, idsOf(substitutes))));
    for (const { lost, substitutes } of visits) {
      if (over.aborted) return app.now();
      const substitute = substitutes.find(({ staffId }) => staffId === planned.get(lost.id));
      await attempt(propose(app, lost, substitute, canAsk(lost.deadline, now, app.config)));
    }
    if (errors.length > 0) throw new AggregateError(errors, String(errors[0]), { cause: errors[0] });
    return nextAt;
  };

// One visit that fails, be it that its calls take too long, must not keep the others waiting. Two outages in a row are a server that is away,
// which ends the run: it is tried again as a whole.
function forgiving(errors: unknown[]) {
  let outages = 0;
  return async <T>(work: Promise<T>): Promise<T | undefined> => {
    try {
      const done = await work;
      outages = 0;
      return done;
    } catch (error) {
      outages = isOutage(error) ? outages + 1 : 0;
      if (outages > 1) throw error;
      errors.push(error);
      return undefined;
    }
  };
}

const idsOf = (substitutes: Substitute[]) => substitutes.map(({ staffId }) => staffId);

/**
 * The visits that can be planned now: single ones, and those of an absence when all of it are known, or have been waited for long enough. A
 * visit whose start has come is booking's to end.
 */
async function waiting(app: App, now: Date): Promise<{ ready: Reassignment[]; nextAt: Date | undefined }> {
  const rows = await app.db.sql<{ id: string; ready_at: Date | null }>(
    `with waiting as (
       select id, starts_at, absence_id, absence_size from reassignment where state = 'SEARCHING' and answer is null and starts_at > $1
     ), absence as (
       select absence_id, count(*) as known, min(opened_at) as first_at from reassignment
       where absence_id in (select absence_id from waiting) group by absence_id
     )
     select id, case when known < absence_size then first_at + make_interval(secs => $2) end as ready_at
     from waiting left join absence using (absence_id)`,
    [now, app.config.planPatienceSeconds],
  );
  const isReady = ({ ready_at: at }: { ready_at: Date | null }) => at === null || at <= now;
  const ids = rows.filter(isReady).map(({ id }) => id);
  const later = rows.filter((row) => !isReady(row)).map(({ ready_at: at }) => at!.getTime());
  const ready = await app.db.read().find(Reassignment, { id: { $in: ids } }, { orderBy: { startsAt: "asc", id: "asc" } });
  return { ready, nextAt: later.length > 0 ? new Date(Math.min(...later)) : undefined };
}
