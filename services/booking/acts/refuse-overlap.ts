import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { Refusal } from "@lacio/chassis/errors";
import { OwnVisitSchema } from "@lacio/proto/booking/v1/booking_service";
import type { EntityManager } from "@mikro-orm/postgresql";
import type { Booking } from "../domain/booking.ts";
import { findBooking } from "./load-bookings.ts";

type Sql = <Row extends object>(text: string, params: unknown[]) => Promise<Row[]>;

/**
 * Refuses a place for a booking where its client has another visit. The function `own_visit_at` takes an advisory lock on the client, so
 * the answer holds to the end of the transaction of `sql`.
 */
export async function refuseOwnOverlap(sql: Sql, em: EntityManager, { id, clientId, startsAt, endsAt }: Booking, now: Date): Promise<void> {
  const [row] = await sql<{ other: string | null }>("select own_visit_at($1, $2, $3, $4, $5) as other", [
    clientId,
    startsAt,
    endsAt,
    now,
    id,
  ]);
  if (row!.other) throw await overlapsOwnVisit(em, row!.other);
}

/** The refusal that names the other visit. */
export async function overlapsOwnVisit(em: EntityManager, otherId: string): Promise<Refusal> {
  const other = await findBooking(em, otherId);
  const { serviceName, serviceNameEn, staffName } = other!.lines[0]!;
  const value = create(OwnVisitSchema, {
    bookingId: otherId,
    ...{ serviceName, serviceNameEn, staffName },
    start: timestampFromDate(other!.startsAt),
    end: timestampFromDate(other!.endsAt),
  });
  const told = "The client has another visit then; say that it may overlap, or take another time.";
  return new Refusal("overlaps_own_visit", told, Code.FailedPrecondition, [{ desc: OwnVisitSchema, value }]);
}
