import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { ConnectError } from "@connectrpc/connect";
import type { Booking } from "@lacio/proto/booking/v1/booking_service";
import type { App } from "../app.ts";
import type { Answer } from "../domain/answer.ts";
import type { Outcome } from "../domain/reassignment-schema.ts";
import { Reassignment } from "../domain/reassignment.ts";
import { refusalOf, stylistCannot } from "./booking-refusal.ts";
import { settle } from "./settle.ts";

/** The case as it is then. `refused`: booking could not do it, so the answer was taken back. `ended`: booking had ended the loss before. */
export type CarriedOut = { reassignment: Reassignment; refused?: ConnectError; ended?: boolean };

/**
 * Has booking do what was decided, and settles the case by booking's answer. It may run twice: booking refuses the second as `not_lost`.
 * `refuseOverlap`: what the caller asks for; a job asks for what the client did.
 */
export async function carryOut(app: App, id: string, refuseOverlap?: boolean): Promise<CarriedOut> {
  const seen = await read(app, id);
  const { answer } = seen;
  if (answer == null || seen.settledAt != null) return { reassignment: seen };
  let booking: Booking;
  try {
    booking = await ask(app, seen, answer, refuseOverlap);
  } catch (error) {
    const reason = refusalOf(error);
    if (reason === "not_lost") return { reassignment: await read(app, id), ended: true };
    const mayChooseAgain = answer.kind === "CHOOSE" && reason !== undefined;
    const needsAnother = (answer.kind === "ACCEPT" || answer.kind === "MOVE") && stylistCannot(reason);
    if (mayChooseAgain || needsAnother) return { reassignment: await takeBack(app, id, answer), refused: error as ConnectError };
    throw error;
  }
  const reassignment = await app.transact(async (tx) => {
    const locked = await tx.lock(Reassignment, { id });
    locked.wasCarriedOut(answer);
    await settle(app, tx, locked, outcomeOf(seen, booking), booking.lines);
    return locked;
  });
  return { reassignment };
}

const read = (app: App, id: string) => app.db.read().findOneOrFail(Reassignment, { id });

async function ask(app: App, reassignment: Reassignment, answer: Answer, refuse: boolean | undefined): Promise<Booking> {
  const lost = { bookingId: reassignment.bookingId, lossId: reassignment.id };
  const sameStart = timestampFromDate(reassignment.startsAt);
  const pesos = (minorUnits: bigint) => ({ currencyCode: reassignment.currency, minorUnits });
  switch (answer.kind) {
    case "ACCEPT": {
      const { staffId, price } = reassignment.offered();
      return (await app.booking.reassignBooking({ ...lost, start: sameStart, staffId, price: pesos(price) })).booking!;
    }
    case "MOVE": {
      const { staffId, price } = answer;
      return (await app.booking.reassignBooking({ ...lost, start: sameStart, staffId, price: pesos(BigInt(price)) })).booking!;
    }
    case "CHOOSE": {
      const { staffId, refuseOverlap } = answer;
      const start = timestampFromDate(new Date(answer.start));
      return (await app.booking.reassignBooking({ ...lost, start, staffId, refuseOverlap: refuse ?? refuseOverlap })).booking!;
    }
    case "DECLINE":
    case "REFUND":
      return (await app.booking.refundLostBooking({ ...lost, declined: answer.kind === "DECLINE" })).booking!;
  }
}

function outcomeOf({ answer, startsAt }: Reassignment, { start }: Booking): Outcome {
  if (answer?.kind === "DECLINE" || answer?.kind === "REFUND") return "REFUNDED";
  return timestampDate(start!).getTime() === startsAt.getTime() ? "MOVED" : "RESCHEDULED";
}

/** The deadline counts again; without a substitute the search goes on. */
export const takeBack = (app: App, id: string, refused: Answer): Promise<Reassignment> =>
  app.transact(async (tx) => {
    const reassignment = await tx.lock(Reassignment, { id });
    if (!reassignment.takeBack(refused)) return reassignment;
    tx.later("decide", id, reassignment.deadline);
    if (reassignment.waitsForPlan) tx.later("plan", "");
    return reassignment;
  });
