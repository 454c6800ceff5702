import type { Cause, FrozenLine } from "./invoice.ts";

export type Corrected = Pick<Cause, "bookingId" | "paymentId" | "clientId" | "visitAt" | "currency" | "client"> & {
  id: string;
  lines: FrozenLine[];
};

/** What was given back (0 when it could not be sent), and what takes from the sale: the rest had its note already, with a refund that failed. */
export type Refunded = { refundId: string; amount: bigint; sale: bigint };

/** What the credit note of one refund will say; `before` is what earlier notes on the same invoice gave back. */
export function creditNoteCause(invoice: Corrected, { refundId, amount, sale }: Refunded, before: bigint): Cause {
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

// One line per IVA rate. Shares are differences of running shares: however many refunds there are, rounding never loses a unit,
// and what is refunded in full takes exactly the invoice's base and IVA back.
function creditLines(lines: FrozenLine[], amount: bigint, before: bigint): FrozenLine[] {
  const total = sumOf(lines, "total");
  const after = before + amount;
  if (after > total) throw new RangeError(`refunds of ${after} exceed the invoice of ${total}`);
  const groups = [...Map.groupBy(lines, (line) => line.ivaPercent)];
  let ahead = { before: 0n, after: 0n, total: 0n };
  const credited = groups.map(([ivaPercent, group]) => {
    const groupTotal = sumOf(group, "total");
    const next = {
      total: ahead.total + groupTotal,
      before: share(before, ahead.total + groupTotal, total),
      after: share(after, ahead.total + groupTotal, total),
    };
    const [had, has] = [next.before - ahead.before, next.after - ahead.after];
    ahead = next;
    const base = share(sumOf(group, "base"), has, groupTotal) - share(sumOf(group, "base"), had, groupTotal);
    const description = `Devolución: ${group.map((line) => line.description).join(" + ")}`;
    return { description, quantity: 1, base: `${base}`, ivaPercent, iva: `${has - had - base}`, total: `${has - had}` };
  });
  return credited.filter((line) => line.total !== "0");
}

const sumOf = (lines: FrozenLine[], field: "base" | "total"): bigint => lines.reduce((sum, line) => sum + BigInt(line[field]), 0n);

const share = (amount: bigint, part: bigint, whole: bigint): bigint => (whole === 0n ? 0n : (2n * amount * part + whole) / (2n * whole));
