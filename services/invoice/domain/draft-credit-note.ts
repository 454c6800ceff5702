import type { Draft, FrozenLine } from "./invoice.ts";

export type Corrected = Pick<Draft, "bookingId" | "paymentId" | "clientId" | "visitAt" | "currency" | "client"> & {
  id: string;
  lines: FrozenLine[];
};

/**
 * `amount`: the money that went back, 0 when it could not be sent. `sale`: what reduces the invoice; the rest has its note already, by an
 * earlier refund that failed.
 */
export type Refunded = { refundId: string; amount: bigint; sale: bigint };

/** What the credit note of one refund will say; `before` is what earlier notes on the same invoice gave back. */
export function draftCreditNote(invoice: Corrected, { refundId, amount, sale }: Refunded, before: bigint): Draft {
  const { id, bookingId, paymentId, clientId, visitAt, currency, client } = invoice;
  const of = { refundId, refundAmount: `${amount}`, correctsInvoiceId: id };
  return {
    kind: "CREDIT_NOTE",
    bookingId,
    paymentId,
    clientId,
    visitAt,
    lines: creditLines(invoice.lines, sale, before),
    currency,
    client,
    ...of,
  };
}

// One line per IVA rate. Cumulative rounding: each share is the difference of two rounded running totals, so that the notes of any
// number of refunds add up to exactly the invoice's base and IVA.
function creditLines(lines: FrozenLine[], amount: bigint, before: bigint): FrozenLine[] {
  const total = sumOf(lines, "total");
  const after = before + amount;
  if (after > total) throw new RangeError(`refunds of ${after} exceed the invoice of ${total}`);
  const groups = [...Map.groupBy(lines, (line) => line.ivaPercent)];
  let running = { before: 0n, after: 0n, total: 0n };
  const credited = groups.map(([ivaPercent, group]) => {
    const groupTotal = sumOf(group, "total");
    const next = {
      total: running.total + groupTotal,
      before: share(before, running.total + groupTotal, total),
      after: share(after, running.total + groupTotal, total),
    };
    const [groupBefore, groupAfter] = [next.before - running.before, next.after - running.after];
    running = next;
    const base = share(sumOf(group, "base"), groupAfter, groupTotal) - share(sumOf(group, "base"), groupBefore, groupTotal);
    const description = `Devolución: ${group.map((line) => line.description).join(" + ")}`;
    const credit = groupAfter - groupBefore;
    return { description, quantity: 1, base: `${base}`, ivaPercent, iva: `${credit - base}`, total: `${credit}` };
  });
  return credited.filter((line) => line.total !== "0");
}

const sumOf = (lines: FrozenLine[], field: "base" | "total"): bigint => lines.reduce((sum, line) => sum + BigInt(line[field]), 0n);

// `amount` times `part / whole`, rounded half up.
const share = (amount: bigint, part: bigint, whole: bigint): bigint => (whole === 0n ? 0n : (2n * amount * part + whole) / (2n * whole));
