import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Line } from "@lacio/proto/booking/v1/booking_service";
import { Document_Type, type Profile } from "@lacio/proto/users/v1/users_service";
import { splitIva } from "@lacio/salon/iva";
import type { Client } from "./invoice-document.ts";
import type { Draft, FrozenLine } from "./invoice.ts";

/** What a paid booking's invoice will say: its lines and its client as they are now. */
export function draftInvoice(paid: { bookingId: string; paymentId: string; clientId: string; lines: Line[] }, client: Profile): Draft {
  const { bookingId, paymentId, clientId, lines } = paid;
  const starts = lines.map((line) => timestampDate(line.start!).getTime());
  return {
    kind: "INVOICE",
    bookingId,
    paymentId,
    clientId,
    visitAt: new Date(Math.min(...starts)).toISOString(),
    lines: lines.map(frozenLine),
    currency: lines[0]!.price!.currencyCode,
    client: frozenClient(client),
  };
}

function frozenLine({ serviceName, price, ivaPercent }: Line): FrozenLine {
  const total = price!.minorUnits;
  const { base, iva } = splitIva(total, ivaPercent);
  return { description: serviceName, quantity: 1, base: `${base}`, ivaPercent, iva: `${iva}`, total: `${total}` };
}

function frozenClient({ name, email, document, erasedAt }: Profile): Client {
  if (erasedAt) return { name: "Consumidor final", email: "" };
  return { name, email, ...(document && { documentType: Document_Type[document.type], documentNumber: document.number }) };
}
