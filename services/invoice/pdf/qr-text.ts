import { FINAL_CONSUMER } from "./invoice-document.ts";
import type { Client, InvoiceDocument } from "./invoice-document.ts";
import { bogotaDateTime } from "./printed.ts";

/** DIAN's QR content, one datum per line. */
export function qrText(document: InvoiceDocument): string {
  const [date, time] = bogotaDateTime(document.issuedAt).split("T");
  return [
    `NumFac: ${document.number}`,
    `FecFac: ${date}`,
    `HorFac: ${time}`,
    `NitFac: ${withoutCheckDigit(document.issuer.nit)}`,
    `DocAdq: ${buyer(document.client)}`,
    `ValFac: ${decimal(document.base)}`,
    `ValIva: ${decimal(document.iva)}`,
    `ValOtroIm: 0.00`,
    `ValTolFac: ${decimal(document.total)}`,
  ].join("\n");
}

const buyer = ({ documentType, documentNumber }: Client): string =>
  documentType === "NIT" ? withoutCheckDigit(documentNumber ?? "") : documentNumber || FINAL_CONSUMER;

function withoutCheckDigit(nit: string): string {
  return (nit.split("-")[0] ?? "").replaceAll(/\D/g, "");
}

function decimal(minorUnits: bigint): string {
  return `${minorUnits / 100n}.${String(minorUnits % 100n).padStart(2, "0")}`;
}
