import { FINAL_CONSUMER } from "./invoice-document.ts";
import type { InvoiceDocument } from "./invoice-document.ts";
import { bogotaDateTime } from "./printed.ts";

/** DIAN's QR content, one datum per line. */
export function qrText(document: InvoiceDocument): string {
  const [date, time] = bogotaDateTime(document.issuedAt).split("T");
  return [
    `NumFac: ${document.number}`,
    `FecFac: ${date}`,
    `HorFac: ${time}`,
    `NitFac: ${withoutCheckDigit(document.issuer.nit)}`,
    `DocAdq: ${document.client.documentNumber || FINAL_CONSUMER}`,
    `ValFac: ${decimal(document.base)}`,
    `ValIva: ${decimal(document.iva)}`,
    `ValOtroIm: 0.00`,
    `ValTolFac: ${decimal(document.total)}`,
  ].join("\n");
}

function withoutCheckDigit(nit: string): string {
  return (nit.split("-")[0] ?? "").replaceAll(/\D/g, "");
}

function decimal(minorUnits: bigint): string {
  return `${minorUnits / 100n}.${String(minorUnits % 100n).padStart(2, "0")}`;
}
