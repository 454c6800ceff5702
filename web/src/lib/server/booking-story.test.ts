import { expect, test } from "@jest/globals";
import type { Mail } from "./booking-papers.ts";
import { storyOf } from "./booking-story.ts";
import type { BookingView } from "./booking-view.ts";

const at = (hour: number) => new Date(Date.UTC(2026, 11, 1, hour)).toISOString();
const mail = (kind: string, hour: number): Mail => ({ id: `${kind} ${hour}`, kind, subject: kind, at: at(hour), state: "sent" });
const loss = { staffId: "camila", stylist: "Camila", reason: "fiebre", at: at(12) };

/** The story of a paid visit, after its payment; mails newest first, as notification lists them. */
function told(booking: Partial<BookingView>, ...mails: Mail[]): string[] {
  const visit = { status: "CONFIRMED", paid: true, createdAt: at(8), stylist: "Valentina", ...booking } as BookingView;
  const steps = storyOf(visit, undefined, mails);
  return steps.slice(3).map(({ what, stylist }) => [what, stylist].filter(Boolean).join(" "));
}

test("a visit whose stylist can't come, while that is open", () =>
  expect(told({ status: "REASSIGNING", loss }, mail("reassignment_offer", 13))).toEqual(["lost Camila"]));

test("a visit that another stylist has taken over", () =>
  expect(told({ loss }, mail("booking_reassigned", 14))).toEqual(["lost Camila", "reassigned Valentina"]));

test("a visit whose stylist can come after all", () =>
  expect(told({ loss, stylist: "Camila" }, mail("stylist_returned", 14))).toEqual(["lost Camila", "returned Camila"]));

test("moves before and after, in the order in which they happened", () =>
  expect(told({ loss }, mail("booking_rescheduled", 15), mail("booking_rescheduled", 10))).toEqual(["moved", "lost Camila", "moved"]));

test("of two losses the last one: what followed the first is not told of it", () =>
  expect(told({ status: "REASSIGNING", loss }, mail("booking_reassigned", 11))).toEqual(["lost Camila"]));

test("a visit that was cancelled then", () => {
  const cancellation = { by: "CLIENT" as const, reason: "", refund: 32_000_000, at: at(13) };
  expect(told({ status: "CANCELLED", loss, cancellation })).toEqual(["lost Camila", "cancelled", "refunded"]);
});
