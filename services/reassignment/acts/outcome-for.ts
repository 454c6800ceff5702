import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Booking_Status } from "@lacio/proto/booking/v1/booking_service";
import pRetry from "p-retry";
import type { App } from "../app.ts";
import { leadsTo, type Answer } from "../domain/answer.ts";
import { alreadyAnswered } from "../domain/reassignment-refusals.ts";
import type { Outcome } from "../domain/reassignment-schema.ts";
import { Reassignment } from "../domain/reassignment.ts";
import { patience } from "./patience.ts";

/**
 * Booking had ended the loss before: by this very answer, at the same moment or for a process that died, or in another way. The other call
 * or booking's fact tells in a moment; if both are late, booking itself.
 * @throws Refusal `already_answered` when it was another way
 */
export async function outcomeFor(app: App, id: string, answer: Answer): Promise<Reassignment> {
  const reassignment = await pRetry(() => settled(app, id), patience(app.config.answerPatienceMs)).catch(() => read(app, id));
  const outcome = reassignment.settledAt == null ? await outcomeAtBooking(app, reassignment) : reassignment.state;
  if (!leadsTo(answer, outcome)) throw alreadyAnswered(reassignment);
  return reassignment;
}

async function outcomeAtBooking(app: App, { bookingId, staffId, startsAt }: Reassignment): Promise<Outcome> {
  const booking = (await app.booking.getBooking({ bookingId })).booking!;
  if (booking.status === Booking_Status.CANCELLED) return "REFUNDED";
  if (timestampDate(booking.start!).getTime() !== startsAt.getTime()) return "RESCHEDULED";
  return booking.staffId === staffId ? "KEPT" : "MOVED";
}

async function settled(app: App, id: string): Promise<Reassignment> {
  const reassignment = await read(app, id);
  if (reassignment.settledAt == null) throw new Error("not yet");
  return reassignment;
}

const read = (app: App, id: string) => app.db.read().findOneOrFail(Reassignment, { id });
