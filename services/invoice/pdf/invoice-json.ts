import type { InvoiceDocument } from "../domain/invoice-document.ts";
import { bogotaDateTime } from "./printed.ts";
import { qrText } from "./qr.ts";

/** The machine-readable document, stored with the PDF. Deterministic: the same document gives the same bytes. */
export function invoiceJson(document: InvoiceDocument): string {
  const { issuer, resolution, client } = document;
  return JSON.stringify({
    kind: document.kind,
    number: document.number,
    issuedAt: bogotaDateTime(document.issuedAt),
    correctsNumber: document.correctsNumber,
    issuer: {
      name: issuer.name,
      nit: issuer.nit,
      address: issuer.address,
      city: issuer.city,
      phone: issuer.phone,
      email: issuer.email,
    },
    resolution: resolution && {
      number: resolution.number,
      prefix: resolution.prefix,
      from: String(resolution.from),
      to: String(resolution.to),
      validFrom: resolution.validFrom,
      validUntil: resolution.validUntil,
    },
    client: {
      name: client.name,
      documentType: client.documentType,
      documentNumber: client.documentNumber,
      email: client.email,
    },
    bookingId: document.bookingId,
    visitAt: bogotaDateTime(document.visitAt),
    lines: document.lines.map((line) => ({
      description: line.description,
      quantity: line.quantity,
      base: amount(line.base),
      ivaPercent: line.ivaPercent,
      iva: amount(line.iva),
      total: amount(line.total),
    })),
    base: amount(document.base),
    iva: amount(document.iva),
    total: amount(document.total),
    qr: qrText(document),
    notice: document.notice,
  });
}

// The JSON form of lacio.common.v1.Money.
function amount(minorUnits: bigint) {
  return { currencyCode: "COP", minorUnits: String(minorUnits) };
}
