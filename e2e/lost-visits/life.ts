import { create, toBinary } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { BookingService } from "@lacio/proto/booking/v1/booking_service";
import { PaymentSucceededSchema } from "@lacio/proto/payments/v1/events";
import { ReassignmentService } from "@lacio/proto/reassignment/v1/reassignment_service";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { Profile_WhenStylistCancels as When } from "@lacio/proto/users/v1/users_service";
import { busyParts } from "@lacio/salon/busy-parts";
import { zone } from "../salon.ts";
import type { Deed } from "./history.ts";
import { price, settle, type Salon } from "./salon.ts";

type Made = { bookingId: string; client: number; offers: string[]; paid: boolean };

/** One history, beginning at 6 in the morning of a new day. */
export class Life {
  readonly salon: Salon;
  readonly made: Made[] = [];
  private readonly absences: { staffId: string; id: string }[] = [];
  private readonly day: Temporal.PlainDate;

  constructor(salon: Salon) {
    this.salon = salon;
    const { town } = salon;
    const now = Temporal.Instant.fromEpochMilliseconds(town.now().getTime()).toZonedDateTimeISO(zone);
    const morning = now.toPlainDate().add({ days: 1 }).toZonedDateTime({ timeZone: zone, plainTime: "06:00" });
    town.wait((morning.epochMilliseconds - town.now().getTime()) / 60_000);
    this.day = morning.toPlainDate();
    salon.preference.clear();
  }

  /** The nth hour: from 9 o'clock on, five on a day. */
  hour(n: number): Date {
    const plainTime = Temporal.PlainTime.from({ hour: 9 + (n % 5) });
    return new Date(this.day.add({ days: Math.floor(n / 5) }).toZonedDateTime({ timeZone: zone, plainTime }).epochMilliseconds);
  }

  /** Does it; a refusal is an answer like any other. */
  async live(deed: Deed): Promise<void> {
    try {
      await this.act(deed);
    } catch (error) {
      const { code } = ConnectError.from(error);
      const refusals = [
        Code.FailedPrecondition,
        Code.AlreadyExists,
        Code.InvalidArgument,
        Code.NotFound,
        Code.ResourceExhausted,
        Code.Aborted,
      ];
      if (!refusals.includes(code)) throw error;
    }
    await this.salon.town.collect();
  }

  private async act(deed: Deed): Promise<unknown> {
    const { town, staffIds, services, people, admin, preference } = this.salon;
    const booking = "of" in deed ? this.made[deed.of % Math.max(1, this.made.length)] : undefined;
    if ("of" in deed && !booking) return;
    const token = people[booking?.client ?? 0]!.token;
    const mine = town.as(BookingService, token);
    const bookingId = booking?.bookingId ?? "";
    const staffOf = (stylist: number | "any" | "same") => (typeof stylist === "number" ? staffIds[stylist]! : "");
    switch (deed.what) {
      case "book": {
        const wish = {
          serviceId: services[deed.at % 2]!,
          desiredStart: timestampFromDate(this.hour(deed.at)),
          staffId: staffOf(deed.stylist),
        };
        const answer = await town.as(BookingService, people[deed.client]!.token).createBooking(wish);
        this.made.push({ bookingId: answer.bookingId, client: deed.client, offers: [], paid: false });
        if (deed.paid !== "now") return;
        this.pay(this.made.at(-1)!);
        await town.collect();
        return settle(town);
      }
      case "late webhook":
        return this.pay(booking!);
      case "stylist cancels": {
        const { booking: seen } = await mine.getBooking({ bookingId });
        return town.as(BookingService, admin).cancelStaffBooking({ staffId: seen!.staffId, bookingId, reason: "Enferma" });
      }
      case "absence": {
        const [from, until] = [this.hour(deed.from), new Date(this.hour(deed.from).getTime() + deed.hours * 3_600_000)];
        const staffId = staffIds[deed.stylist]!;
        const report = { staffId, from: timestampFromDate(from), until: timestampFromDate(until), reason: "Enferma" };
        const { absence } = await town.as(StaffService, admin).reportAbsence(report);
        return this.absences.push({ staffId, id: absence!.id });
      }
      case "absence withdrawn": {
        const absence = this.absences[deed.nth % Math.max(1, this.absences.length)];
        return absence && town.as(StaffService, admin).withdrawAbsence({ staffId: absence.staffId, absenceId: absence.id });
      }
      case "accept":
      case "accept an older offer": {
        const { reassignment } = await town.as(ReassignmentService, token).getAlternatives({ bookingId });
        const current = reassignment?.offer?.offerId;
        if (current && !booking!.offers.includes(current)) booking!.offers.push(current);
        const accept = deed.what === "accept" ? current : booking!.offers[0];
        return accept && town.as(ReassignmentService, token).answerReassignment({ bookingId, answer: { case: "accept", value: accept } });
      }
      case "decline":
        return town.as(ReassignmentService, token).answerReassignment({ bookingId, answer: { case: "decline", value: {} } });
      case "choose": {
        const value = { start: timestampFromDate(this.hour(deed.at)), staffId: staffOf(deed.stylist) };
        return town.as(ReassignmentService, token).answerReassignment({ bookingId, answer: { case: "choose", value } });
      }
      case "client cancels":
        return mine.cancelBooking({ bookingId });
      case "client moves":
        return mine.rescheduleBooking({ bookingId, desiredStart: timestampFromDate(this.hour(deed.at)), staffId: staffOf(deed.stylist) });
      case "prefers":
        return preference.set(people[deed.client]!.id, deed.substitute ? When.SUBSTITUTE : When.REFUND);
      case "reassignment stalls":
        return town.stall("reassignment");
      case "reassignment goes on":
        return town.resume();
      case "time passes":
        town.wait(deed.minutes);
        return town.work();
      case "events arrive":
        for (const pick of deed.picks) await town.deliver(pick, deed.twice);
        return town.work();
    }
  }

  // As payments tells it, once per booking; "late": whenever the history brings it.
  private pay(booking: Made): void {
    if (booking.paid) return;
    booking.paid = true;
    const paymentId = crypto.randomUUID();
    const { bookingId } = booking;
    const amount = { currencyCode: "COP", minorUnits: price };
    const payload = Buffer.from(
      toBinary(
        PaymentSucceededSchema,
        create(PaymentSucceededSchema, { paymentId, bookingId, amount, succeededAt: timestampFromDate(this.salon.town.now()) }),
      ),
    );
    this.salon.town.tell({ id: crypto.randomUUID(), subject: "payments.succeeded", key: paymentId, payload });
  }

  /** Everything arrives, and time passes until all visits are over. */
  async end(): Promise<void> {
    const { town } = this.salon;
    town.resume();
    const over = this.hour(9).getTime() + 24 * 3_600_000;
    for (await settle(town); town.now().getTime() < over; await settle(town)) {
      const next = (await town.nextDue())?.getTime() ?? over;
      town.wait((Math.min(Math.max(next, town.now().getTime() + 60_000), over) - town.now().getTime()) / 60_000);
    }
  }

  /** Substitutes who are held past the deadline, after the services have done what is due. */
  async heldTooLong(): Promise<object[]> {
    const { town } = this.salon;
    await town.work();
    const text = `select id, held_until from booking where status = 'REASSIGNING' and held_until <= $1
      and exists (select 1 from occupancy where booking_id = booking.id)`;
    return town.sql("booking", text, [town.now()]);
  }

  /** Visits that were kept, and overlap on their stylist. */
  async twoAtOnce(): Promise<string[]> {
    const text = `select booking_id as id, staff_id as "staffId", booking_line.starts_at as start, phases from booking_line
      join booking on id = booking_id where status = 'COMPLETED' and booking_id = any($1)`;
    const visits = await this.salon.town.sql<Visit>("booking", text, [this.made.map(({ bookingId }) => bookingId)]);
    const busy = visits.flatMap(({ id, staffId, start, phases }) => {
      const minutes = busyParts({ phases, bufferMinutes: 0 });
      const at = (minute: number) => start.getTime() + minute * 60_000;
      return Array.from({ length: minutes.length / 2 }, (_, n) => ({
        id,
        staffId,
        from: at(minutes[2 * n]!),
        to: at(minutes[2 * n + 1]!),
      }));
    });
    return busy.flatMap((one, n) =>
      busy
        .slice(n + 1)
        .filter((other) => other.id !== one.id && other.staffId === one.staffId && other.from < one.to && one.from < other.to)
        .map((other) => `${one.id} and ${other.id}`),
    );
  }
}

type Visit = { id: string; staffId: string; start: Date; phases: { name: string; minutes: number; busy: boolean }[] };
