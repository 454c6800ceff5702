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
    const known = forgiving(errors, 0);
    const carriedOut = forgiving(errors, 1);

    const visits: { lost: Reassignment; substitutes: Substitute[] }[] = [];
    for (const lost of ready) {
      const found = await known(wantedSubstitutes(app, lost, canAsk(lost.deadline, now, app.config)));
      if (found) visits.push({ lost, substitutes: found.substitutes });
    }
    const planned = plan(visits.map(({ lost, substitutes }) => visitOf(lost.id, lost.startsAt, lost.soldAs, idsOf(substitutes))));
    for (const { lost, substitutes } of visits) {
      if (over.aborted) return app.now();
      const substitute = substitutes.find(({ staffId }) => staffId === planned.get(lost.id));
      await carriedOut(propose(app, lost, substitute, canAsk(lost.deadline, now, app.config)));
    }
    if (errors.length > 0) throw worstOf(errors);
    return nextAt;
  };

// One visit that fails must not keep the others waiting. More outages in a row than `outagesForgiven` are a server that is away, which ends the
// run: it is tried again as a whole. None is forgiven before the plan: without that visit's candidates it would not be a plan of all.
function forgiving(errors: unknown[], outagesForgiven: number) {
  let outages = 0;
  return async <T>(work: Promise<T>): Promise<T | undefined> => {
    try {
      const done = await work;
      outages = 0;
      return done;
    } catch (error) {
      outages = isOutage(error) ? outages + 1 : 0;
      if (outages > outagesForgiven) throw error;
      errors.push(error);
      return undefined;
    }
  };
}

/** All of them; it is an outage only if each is. */
function worstOf(errors: unknown[]): AggregateError {
  const cause = errors.find((error) => !isOutage(error)) ?? errors[0];
  return new AggregateError(errors, String(cause), { cause });
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
