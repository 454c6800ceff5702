import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Effect } from "./effect.ts";
import { Payment } from "./payment.ts";

const now = new Date("2026-03-02T15:00:00Z");
const later = new Date("2026-03-02T15:05:00Z");

const open = () =>
  Payment.open(
    {
      bookingId: "019c0000-0000-7000-8000-000000000001",
      clientId: "019c0000-0000-7000-8000-000000000002",
      amount: 18_000_000n,
      currency: "COP",
      description: "Keratina",
      locale: "es",
      payUntil: new Date("2026-03-02T15:10:00Z"),
    },
    1,
    now,
  );

type Change = (payment: Payment) => Effect | undefined;
const paid: Change = (payment) => payment.succeed("pi_1", later);
const expired: Change = (payment) => payment.fail("closed", later);
const declined =
  (id: string, at: number): Change =>
  (payment) =>
    payment.decline({ id, at, code: "card_declined", message: `declined ${id}` });

describe("a payment", () => {
  test.each<[string, Change[], Payment["status"], string | null, string[]]>([
    ["is paid", [paid], "SUCCEEDED", null, ["payments.succeeded"]],
    ["is paid once", [paid, paid], "SUCCEEDED", null, ["payments.succeeded"]],
    ["stays open when a card is declined", [declined("a", 1)], "PENDING", "declined a", ["payments.failed"]],
    ["tells each declined card once", [declined("a", 1), declined("a", 1)], "PENDING", "declined a", ["payments.failed"]],
    ["is paid with the second card", [declined("a", 1), paid], "SUCCEEDED", null, ["payments.failed", "payments.succeeded"]],
    ["does not mind a decline that arrives after the money", [paid, declined("a", 1)], "SUCCEEDED", null, ["payments.succeeded"]],
    ["fails when its checkout closes", [expired], "FAILED", "closed", []],
    ["keeps the bank's words when its checkout closes", [declined("a", 1), expired], "FAILED", "declined a", ["payments.failed"]],
    ["counts money that came although it had failed", [expired, paid], "SUCCEEDED", null, ["payments.succeeded"]],
    ["never fails once it is paid", [paid, expired], "SUCCEEDED", null, ["payments.succeeded"]],
  ])("%s", (_, changes, status, failure, facts) => {
    const payment = open();
    const effects = changes.map((change) => change(payment));
    expect(payment.status).toBe(status);
    expect(payment.failure ?? null).toBe(failure);
    expect(effects.flatMap((effect) => effect?.fact?.subject ?? [])).toEqual(facts);
  });

  test("moves money exactly once, from the provider to the client's deposit", () => {
    const payment = open();
    expect([paid(payment)?.posting, paid(payment)?.posting]).toEqual([
      {
        id: `payment:${payment.id}`,
        debit: { stripe_clearing: 18_000_000n },
        credit: { client_deposits: 18_000_000n },
        currency: "COP",
        paymentId: payment.id,
      },
      undefined,
    ]);
  });

  test("costs its amount in its currency and nothing else", () => {
    const payment = open();
    expect(payment.costs(18_000_000n, "COP")).toBe(true);
    expect(payment.costs(17_999_999n, "COP")).toBe(false);
    expect(payment.costs(18_000_000n, "USD")).toBe(false);
  });

  test("can only be paid until its slot is gone", () => {
    const payment = open();
    payment.endCheckout(later);
    expect(payment.checkoutExpiresAt).toEqual(later);
    payment.endCheckout(new Date("2026-03-02T15:08:00Z"));
    expect(payment.checkoutExpiresAt).toEqual(later);
  });

  test("any order and repetition of what the provider says ends the same", () => {
    const stories = [
      [paid],
      [declined("a", 1), declined("b", 2), paid],
      [declined("a", 1), declined("b", 2), declined("c", 2), expired],
      [expired, paid, declined("a", 3)],
    ];
    const told = fc.constantFrom(...stories).chain((story) =>
      fc.tuple(
        fc.constant(story),
        fc
          .array(fc.constantFrom(...story), { maxLength: 6 })
          .chain((repeats) => fc.shuffledSubarray([...story, ...repeats], { minLength: story.length + repeats.length })),
      ),
    );
    fc.assert(
      fc.property(told, ([story, shuffled]) => expect(endOf(shuffled)).toEqual(endOf(story))),
      { numRuns: 2_000 },
    );
  });
});

function endOf(changes: Change[]) {
  const payment = open();
  const effects = changes.map((change) => change(payment));
  const succeeded = effects.filter((effect) => effect?.fact?.subject === "payments.succeeded").length;
  const postings = effects.filter((effect) => effect?.posting).length;
  return { status: payment.status, failure: payment.failure ?? null, intentId: payment.intentId ?? null, succeeded, postings };
}
