import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { notFound } from "@lacio/chassis/errors";
import { paged, pageOf } from "@lacio/chassis/paging";
import type { AbsenceSchema, ReportAbsenceRequest } from "@lacio/proto/staff/v1/staff_service";
import type { EntityManager } from "@mikro-orm/core";
import type { App, Rpc } from "../app.ts";
import { Absence, spanOf, type Span } from "../domain/absence.ts";
import { Stylist } from "../domain/stylist.ts";

export const reportAbsence = (app: App): Rpc["reportAbsence"] =>
  function reportAbsence(req, ctx) {
    if (req.dryRun) return previewAbsence(app, req);
    return app.transact(async (tx) => {
      const stylist = await tx.lock(Stylist, { id: req.staffId });
      // "Now" is read under the lock: of two reports from now on, the second lies within the first.
      const now = app.now();
      const span = reportedSpan(app, req, now);
      const known = await absenceAround(tx.em, stylist.id, span);
      if (known) return { absence: showAbsence(known) };
      const [absence, facts] = Absence.report(stylist.id, span, req.reason, now);
      tx.add(absence);
      tx.emit(...facts);
      return { absence: showAbsence(absence) };
    }, ctx);
  };

// Writes nothing: neither the absence nor an answer under the Idempotency-Key, with which the report itself may follow.
async function previewAbsence(app: App, req: ReportAbsenceRequest) {
  const em = app.db.read();
  const stylist = await em.findOne(Stylist, { id: req.staffId });
  if (!stylist) throw notFound("stylist");
  const now = app.now();
  const span = reportedSpan(app, req, now);
  const known = await absenceAround(em, stylist.id, span);
  if (known) return { absence: showAbsence(known) };
  const wouldBe = { id: "", staffId: stylist.id, fromAt: span.from, untilAt: span.until, reason: req.reason, reportedAt: now };
  const absence = showAbsence(wouldBe);
  const { visits } = await app.reassignment.previewAbsence({ staffId: stylist.id, from: absence.from, until: absence.until });
  return { absence, visits };
}

const reportedSpan = (app: App, { from, until }: ReportAbsenceRequest, now: Date): Span =>
  spanOf({ from: from && timestampDate(from), until: until && timestampDate(until) }, app.config.zone, now);

/** The absence that a report repeats, as it lies within. */
const absenceAround = (em: EntityManager, staffId: string, { from, until }: Span): Promise<Absence | null> =>
  em.findOne(Absence, { staffId, withdrawnAt: null, fromAt: { $lte: from }, untilAt: { $gte: until } }, { orderBy: { id: "asc" } });

// Descending, as time off.
export const listAbsences = (app: App): Rpc["listAbsences"] =>
  async function listAbsences(req) {
    const { size, limit, after } = pageOf(req, ["time", "uuid"]);
    const em = app.db.read();
    if (!(await em.findOne(Stylist, { id: req.staffId }))) throw notFound("stylist");
    const where = { staffId: req.staffId, withdrawnAt: null, ...(after && before(after)) };
    const found = await em.find(Absence, where, { orderBy: [{ fromAt: "desc" }, { id: "desc" }], limit });
    const { rows, nextPageToken } = paged(found, size, (absence) => [absence.fromAt.toISOString(), absence.id]);
    return { absences: rows.map(showAbsence), nextPageToken };
  };

function before([from = "", id = ""]: string[]) {
  const fromAt = new Date(from);
  return { $or: [{ fromAt: { $lt: fromAt } }, { fromAt, id: { $lt: id } }] };
}

export const withdrawAbsence = (app: App): Rpc["withdrawAbsence"] =>
  function withdrawAbsence({ staffId, absenceId }, ctx) {
    return app.transact(async (tx) => {
      // The stylist's row lock keeps the facts of reports and withdrawals in their order.
      await tx.lock(Stylist, { id: staffId });
      const absence = await tx.lock(Absence, { id: absenceId, staffId });
      tx.emit(...absence.withdraw(app.now()));
      return {};
    }, ctx);
  };

type Shown = Pick<Absence, "id" | "staffId" | "fromAt" | "untilAt" | "reason" | "reportedAt">;

const showAbsence = ({ id, staffId, fromAt, untilAt, reason, reportedAt }: Shown) =>
  ({
    ...{ id, staffId, reason },
    from: timestampFromDate(fromAt),
    until: timestampFromDate(untilAt),
    reportedAt: timestampFromDate(reportedAt),
  }) satisfies MessageInitShape<typeof AbsenceSchema>;
