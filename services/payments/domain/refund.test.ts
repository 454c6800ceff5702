import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Effect } from "./effect.ts";
import { Payment } from "./payment.ts";
import { Refund } from "./refund.ts";

const now = new Date("2026-03-02T15:00:00Z");

function open(): Payment {
  const ids = { bookingId: "019c0000-0000-7000-8000-000000000001", clientId: "019c0000-0000-7000-8000-000000000002" };
  return Payment.open({ ...ids, amount: 1_000n, currency: "COP", description: "Nano", locale: "es", payUntil: now }, 1, now);
}

function paid(): Payment {
  const payment = open();
  payment.succeed("pi_1", now);
  return payment;
}

let asked = 0;
const request = (payment: Payment, left: bigint, amount: bigint, debt = 0n) =>
  Refund.request(payment, { left, debt }, { amount, reason: "test", cause: `admin:${asked++}` }, now);

describe("a refund is refused", () => {
  test.each<[string, Payment, bigint, bigint, string]>([
    ["of a payment that was not paid", open(), 1_000n, 1_000n, "not_paid"],
    ["of more than is left", paid(), 400n, 401n, "refund_too_large"],
    ["when nothing is left", paid(), 0n, 0n, "nothing_to_refund"],
  ])("%s", (_, payment, left, amount, reason) => {
    expect(() => request(payment, left, amount)).toThrow(expect.objectContaining({ reason }));
  });
});

describe("a refund", () => {
  test("counts when the provider confirms it, once", () => {
    const payment = paid();
    const refund = request(payment, 1_000n, 400n);
    const effects = [refund.succeed(payment, "re_1", now), refund.succeed(payment, "re_1", now)];
    expect(effects.map((effect) => effect?.fact?.subject)).toEqual(["payments.refunded", undefined]);
    expect(payment).toMatchObject({ refunded: 400n, status: "PARTLY_REFUNDED" });
  });

  test("of all that is left makes the payment refunded", () => {
    const payment = paid();
    request(payment, 1_000n, 400n).succeed(payment, "re_1", now);
    request(payment, 600n, 600n).succeed(payment, "re_2", now);
    expect(payment).toMatchObject({ refunded: 1_000n, status: "REFUNDED" });
  });

  test("that the bank sends back moves the money back and does not count any more", () => {
    const payment = paid();
    const refund = request(payment, 1_000n, 1_000n);
    refund.succeed(payment, "re_1", now);
    const effect = refund.fail(payment, "re_1", "lost_or_stolen_card", now);
    expect(effect?.posting).toMatchObject({ debit: { stripe_clearing: 1_000n }, credit: { owed_to_clients: 1_000n } });
    expect(payment).toMatchObject({ refunded: 0n, owed: 1_000n, status: "SUCCEEDED" });
    expect(refund.succeed(payment, "re_1", now)).toBeUndefined();
  });

  // 300 were refunded as a courtesy and returned by the bank, so they are owed. A cancellation's refund is of the sale (debt 0);
  // one that sends the 300 again is for the debt.
  test.each<[string, { amount: bigint; debt: bigint }, "succeed" | "fail", { deposit: bigint; owed: bigint; refunded: bigint }]>([
    ["of the sale leaves an older debt", { amount: 500n, debt: 0n }, "succeed", { deposit: 200n, owed: 300n, refunded: 500n }],
    ["of everything pays it, too", { amount: 1_000n, debt: 0n }, "succeed", { deposit: 0n, owed: 0n, refunded: 1_000n }],
    ["of the sale that is not sent is owed beside it", { amount: 500n, debt: 0n }, "fail", { deposit: 200n, owed: 800n, refunded: 0n }],
    ["for the debt pays it first", { amount: 500n, debt: 300n }, "succeed", { deposit: 500n, owed: 0n, refunded: 500n }],
    ["for the debt that is not sent adds what was more", { amount: 500n, debt: 300n }, "fail", { deposit: 500n, owed: 500n, refunded: 0n }],
  ])("%s", (_, { amount, debt }, end, left) => {
    const payment = paid();
    const courtesy = request(payment, 1_000n, 300n);
    courtesy.succeed(payment, "re_1", now);
    courtesy.fail(payment, "re_1", "bank", now);
    const refund = request(payment, 1_000n, amount, debt);
    if (end === "succeed") refund.succeed(payment, "re_2", now);
    else refund.fail(payment, "re_2", "bank", now);
    expect(payment).toMatchObject(left);
  });

  test("that was asked for before a debt arose does not pay it", () => {
    const payment = paid();
    const courtesy = request(payment, 1_000n, 300n);
    request(payment, 700n, 500n).fail(payment, null, "bank", now);
    courtesy.succeed(payment, "re_1", now);
    expect(payment).toMatchObject({ deposit: 200n, owed: 500n, refunded: 300n });
  });

  test("for a debt that a bank has paid meanwhile takes from the sale; one that is not sent takes nothing", () => {
    const owing = () => {
      const payment = paid();
      request(payment, 1_000n, 300n).fail(payment, null, "bank", now);
      const again = request(payment, 1_000n, 300n, 300n);
      payment.settleOwed(300n);
      return { payment, again };
    };
    const [sent, unsent] = [owing(), owing()];
    sent.again.succeed(sent.payment, "re_1", now);
    expect(sent.payment).toMatchObject({ deposit: 400n, owed: 0n, refunded: 300n });
    unsent.again.fail(unsent.payment, null, "bank", now);
    expect(unsent.payment).toMatchObject({ deposit: 700n, owed: 0n, refunded: 0n });
  });

  test("any order and repetition of what the provider says ends the same, and the books balance", () => {
    type Word = { of: 0 | 1; says: "sent" | "refunded" | "failed" };
    const word = fc.record<Word>({ of: fc.constantFrom(0, 1), says: fc.constantFrom("sent", "refunded", "failed") });
    const told = fc
      .array(word, { minLength: 1, maxLength: 8 })
      .chain((words) => fc.tuple(fc.constant(words), fc.shuffledSubarray([...words, ...words], { minLength: words.length * 2 })));
    fc.assert(
      fc.property(told, ([words, shuffled]) => expect(endOf(shuffled)).toEqual(endOf(words))),
      { numRuns: 2_000 },
    );

    function endOf(words: Word[]) {
      const payment = paid();
      const refunds = [request(payment, 1_000n, 300n), request(payment, 700n, 700n)] as const;
      let [held, liable] = [1_000n, 1_000n];
      for (const { of, says } of words) {
        const posting = tell(payment, refunds[of], says)?.posting;
        if (!posting) continue;
        held += (posting.debit.stripe_clearing ?? 0n) - (posting.credit.stripe_clearing ?? 0n);
        for (const account of ["client_deposits", "owed_to_clients"] as const)
          liable += (posting.credit[account] ?? 0n) - (posting.debit[account] ?? 0n);
      }
      expect([held, liable]).toEqual([1_000n - payment.refunded, 1_000n - payment.refunded]);
      expect(payment.deposit + payment.owed + payment.refunded).toBe(1_000n);
      return { deposit: payment.deposit, owed: payment.owed, status: payment.status, refunds: refunds.map(({ status }) => status) };
    }
  });
});

function tell(payment: Payment, refund: Refund, says: "sent" | "refunded" | "failed"): Effect | undefined {
  if (says === "sent") return refund.sent(`re_${refund.amount}`);
  if (says === "refunded") return refund.succeed(payment, `re_${refund.amount}`, now);
  return refund.fail(payment, `re_${refund.amount}`, "bank", now);
}
