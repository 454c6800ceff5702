import { create, toBinary } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { BookingService } from "@lacio/proto/booking/v1/booking_service";
import { ErrorInfoSchema } from "@lacio/proto/google/rpc/error_details";
import { PaymentSucceededSchema } from "@lacio/proto/payments/v1/events";
import { ReassignmentService } from "@lacio/proto/reassignment/v1/reassignment_service";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { Profile_WhenStylistCancels as When } from "@lacio/proto/users/v1/users_service";
import { zone } from "../salon.ts";
import type { Deed } from "./history.ts";
import { price, settle, type Salon } from "./salon.ts";

type Made = { bookingId: string; client: number; offers: string[]; paid: boolean };

const fits: Partial<Record<Deed["what"], string>> = {
  "stylist cancels": "CONFIRMED",
  accept: "REASSIGNING",
  decline: "REASSIGNING",
  choose: "REASSIGNING",
  "choose the time of another own visit": "REASSIGNING",
};

/** One history, beginning at 6 in the morning of a new day. */
export class Life {
  readonly salon: Salon;
  readonly made: Made[] = [];
  /** The reasons of the refusals. */
  readonly refused: string[] = [];
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

  /** The nth hour: from 9 o'clock on, three on a day. */
  hour(n: number): Date {
    const plainTime = Temporal.PlainTime.from({ hour: 9 + (n % 3) });
    return new Date(this.day.add({ days: Math.floor(n / 3) }).toZonedDateTime({ timeZone: zone, plainTime }).epochMilliseconds);
  }

  /** Does it; a refusal is an answer like any other. */
  async live(deed: Deed): Promise<void> {
    try {
      await this.act(deed);
    } catch (error) {
      const refusal = ConnectError.from(error);
      const { code } = refusal;
      const refusals = [
        Code.FailedPrecondition,
        Code.AlreadyExists,
        Code.InvalidArgument,
        Code.NotFound,
        Code.ResourceExhausted,
        Code.Aborted,
      ];
      if (!refusals.includes(code)) throw error;
      this.refused.push(refusal.findDetails(ErrorInfoSchema)[0]?.reason ?? Code[code]);
    }
    await this.salon.town.collect();
  }

  /** Mostly one that the deed can do something to: chance alone would seldom meet it. */
  private async bookingOf({ what, of }: Deed & { of: number }): Promise<Made | undefined> {
    const [status, ids] = [fits[what], this.made.map(({ bookingId }) => bookingId)];
    if (!status || of > 7) return this.made[of % Math.max(1, ids.length)];
    const text = "select id from booking where status = $1 and id = any($2) order by id";
    const fitting = await this.salon.town.sql<{ id: string }>("booking", text, [status, ids]);
    return this.made.find(({ bookingId }) => bookingId === fitting[of % fitting.length]?.id);
  }

  private async lastLostStart(): Promise<Date | undefined> {
    const text = "select starts_at as start from booking where status = 'REASSIGNING' and id = any($1) order by lost_at desc limit 1";
    const [last] = await this.salon.town.sql<{ start: Date }>("booking", text, [this.made.map(({ bookingId }) => bookingId)]);
    return last?.start;
  }

  private async startOfAnother(bookingId: string): Promise<Date | undefined> {
    const text = `select other.starts_at as start from booking join booking other on other.client_id = booking.client_id and other.id <> booking.id
      where booking.id = $1 and other.status = 'CONFIRMED' order by other.starts_at desc limit 1`;
    const [other] = await this.salon.town.sql<{ start: Date }>("booking", text, [bookingId]);
    return other?.start;
  }

  private async act(deed: Deed): Promise<unknown> {
    const { town, staffIds, services, people, admin, preference } = this.salon;
    const booking = "of" in deed ? await this.bookingOf(deed) : undefined;
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
        return town.deliverNow(this.pay(this.made.at(-1)!));
      }
      case "rival books": {
        const start = await this.lastLostStart();
        if (!start) return;
        const wish = { serviceId: services[0]!, desiredStart: timestampFromDate(start), staffId: staffOf(deed.stylist) };
        const rival = await town.as(BookingService, people[deed.client]!.token).createBooking(wish);
        this.made.push({ bookingId: rival.bookingId, client: deed.client, offers: [], paid: false });
        return town.deliverNow(this.pay(this.made.at(-1)!));
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
        const absence = deed.nth === "last" ? this.absences.at(-1) : this.absences[deed.nth % Math.max(1, this.absences.length)];
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
        const { refuseOverlap } = deed;
        const value = { start: timestampFromDate(this.hour(deed.at)), staffId: staffOf(deed.stylist), refuseOverlap };
        return town.as(ReassignmentService, token).answerReassignment({ bookingId, answer: { case: "choose", value } });
      }
      case "choose the time of another own visit": {
        const start = await this.startOfAnother(bookingId);
        const value = start && { start: timestampFromDate(start), staffId: "", refuseOverlap: true };
        return value && town.as(ReassignmentService, token).answerReassignment({ bookingId, answer: { case: "choose", value } });
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
        for (const pick of deed.picks) await town.deliver(pick, { twice: deed.twice });
        return town.work();
      case "all events arrive":
        return settle(town, deed.except);
    }
  }

  // As payments tells it, once per booking; "late": whenever the history brings it.
  private pay(booking: Made): string {
    if (booking.paid) return "";
    booking.paid = true;
    const id = crypto.randomUUID();
    const paymentId = crypto.randomUUID();
    const { bookingId } = booking;
    const amount = { currencyCode: "COP", minorUnits: price };
    const payload = Buffer.from(
      toBinary(
        PaymentSucceededSchema,
        create(PaymentSucceededSchema, { paymentId, bookingId, amount, succeededAt: timestampFromDate(this.salon.town.now()) }),
      ),
    );
    this.salon.town.tell({ id, subject: "payments.succeeded", key: paymentId, payload });
    return id;
  }
}
