import { atProvider } from "@lacio/stripe-sandbox/testing/at-provider";
import type { System } from "@lacio/testkit/system";
import { clientFor, until, type SignedIn } from "@lacio/testkit/testing";
import { Code, ConnectError } from "@connectrpc/connect";
import { Booking_Status, BookingService } from "@lacio/proto/booking/v1/booking_service";
import { PaymentsService } from "@lacio/proto/payments/v1/payments_service";
import { ReassignmentService } from "@lacio/proto/reassignment/v1/reassignment_service";
import fc from "fast-check";
import { bookings, decide, payments } from "../salon.ts";

/** What people and banks do with one booking's money; `share` is roughly a percentage of the price. */
export type Deed =
  | { what: "pay" | "cancel" | "stylist cancels" | "refund comes back" | "client wins" | "salon wins" | "a moment passes" }
  | { what: "salon refunds" | "owner refunds at the provider" | "dispute"; share: number };

/** `late`: a cancellation refunds half. */
export type History = { deeds: Deed[]; late: boolean; salonWins: boolean };

const share = fc.integer({ min: 1, max: 100 });
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ what: fc.constantFrom("salon refunds" as const, "owner refunds at the provider" as const), share }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("dispute" as const), share }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constantFrom("cancel", "stylist cancels", "refund comes back", "client wins", "salon wins", "a moment passes" as const),
    }),
  },
);
export const histories: fc.Arbitrary<History> = fc.record({
  deeds: fc.array(deed, { minLength: 1, maxLength: 6 }).map((deeds) => [{ what: "pay" }, ...deeds]),
  late: fc.boolean(),
  salonWins: fc.boolean(),
});

const moment = { what: "a moment passes" } as const;

/**
 * Regressions: a courtesy refund was returned by the bank, and a late cancellation was counted as payment of that debt; a full refund was
 * returned and another one was made at the provider, which lists the newest first, an order that can't be booked.
 */
export const known: History[] = [
  {
    deeds: [
      { what: "pay" },
      moment,
      { what: "salon refunds", share: 22 },
      moment,
      { what: "refund comes back" },
      moment,
      { what: "cancel" },
    ],
    late: true,
    salonWins: true,
  },
  {
    deeds: [
      { what: "pay" },
      moment,
      { what: "stylist cancels" },
      moment,
      { what: "refund comes back" },
      { what: "owner refunds at the provider", share: 43 },
    ],
    late: false,
    salonWins: true,
  },
];

export type Party = { client: SignedIn; bookingId: string; staffId: string; price: number };

/** Performs the deeds in order without waiting for their effects. A refused one is skipped. */
export async function live(system: System, admin: string, party: Party, { deeds }: History): Promise<void> {
  for (const deed of deeds) await ignoringRefusals(() => act(system, admin, party, deed));
}

async function act(system: System, admin: string, { client, bookingId, staffId, price }: Party, deed: Deed): Promise<unknown> {
  const there = atProvider(system);
  const paymentId = async () => (await payments(system, client).listPayments({ bookingId })).payments[0]!.paymentId;
  const amount = "share" in deed ? BigInt(Math.ceil((price * deed.share) / 101)) : 0n;
  switch (deed.what) {
    case "pay":
      return decide((await payments(system, client).startPayment({ bookingId })).checkoutUrl, "approve");
    case "cancel":
      return bookings(system, client).cancelBooking({ bookingId });
    case "stylist cancels": {
      const { booking } = await clientFor(BookingService, system, admin).cancelStaffBooking({ staffId, bookingId, reason: "Enferma" });
      return booking!.status === Booking_Status.REASSIGNING && until(() => decline(system, client, bookingId));
    }
    case "salon refunds": {
      const money = { currencyCode: "COP", minorUnits: amount };
      return clientFor(PaymentsService, system, admin).refundPayment({ paymentId: await paymentId(), amount: money, reason: "Cortesía" });
    }
    case "owner refunds at the provider":
      return there.refund(await paymentId(), amount);
    case "refund comes back": {
      const made = (await there.refundsOf(await paymentId())).find(({ status }) => status === "succeeded");
      return made && there.bank(`/refunds/${made.id}/fail`);
    }
    case "dispute":
      return there.dispute(await paymentId(), amount);
    case "client wins":
    case "salon wins":
      return closeDisputes(system, await paymentId(), deed.what === "salon wins");
    case "a moment passes":
      return new Promise((resolve) => setTimeout(resolve, 1_500));
  }
}

const decline = (system: System, client: SignedIn, bookingId: string): Promise<object> =>
  clientFor(ReassignmentService, system, client.accessToken).answerReassignment({ bookingId, answer: { case: "decline", value: {} } });

/** Decides the disputes that are still open. */
export async function closeDisputes(system: System, paymentId: string, salonWins: boolean): Promise<void> {
  const there = atProvider(system);
  const [{ disputes }, intent] = [await there.objects(), await there.intentOf(paymentId)];
  for (const { id, status, payment_intent } of disputes)
    if (payment_intent === intent && status === "needs_response") await there.bank(`/disputes/${id}/${salonWins ? "win" : "lose"}`);
}

async function ignoringRefusals(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const refused =
      error instanceof ConnectError ? error.code === Code.FailedPrecondition || error.code === Code.Aborted : !(error instanceof TypeError);
    if (!refused) throw error;
  }
}
