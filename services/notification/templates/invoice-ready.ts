import { money } from "@lacio/salon/money";
import { compose } from "./layout.ts";
import type { Mail, MailContext } from "./layout.ts";
import { visitFacts } from "./visit.ts";
import type { Visit } from "./visit.ts";

/** For a document that was issued after its booking's mail had been sent. */
export type InvoiceReady = MailContext & {
  visit: Visit;
  document: "INVOICE" | "CREDIT_NOTE";
  number: string;
  total: bigint;
  bookingUrl: string;
};

export function invoiceReady(input: InvoiceReady): Mail {
  const { locale, visit, document, number, total, bookingUrl } = input;
  const say = WORDS[locale];
  const attached = say.attached[document](number, money(total, locale));
  return compose(input, {
    subject: say.subject[document](number),
    preheader: attached,
    title: say.title[document],
    blocks: [{ paragraph: attached }, visitFacts(visit, input), { button: say.button, url: bookingUrl }],
  });
}

const WORDS = {
  es: {
    subject: {
      INVOICE: (number: string) => `Tu factura ${number}`,
      CREDIT_NOTE: (number: string) => `Tu nota crédito ${number}`,
    },
    button: "Ver mi cita",
    title: { INVOICE: "Tu factura está lista", CREDIT_NOTE: "Tu nota crédito está lista" },
    attached: {
      INVOICE: (number: string, total: string) => `Adjuntamos tu factura ${number} en PDF, por ${total}.`,
      CREDIT_NOTE: (number: string, total: string) => `Adjuntamos la nota crédito ${number} en PDF, por ${total}.`,
    },
  },
  en: {
    subject: {
      INVOICE: (number: string) => `Your invoice ${number}`,
      CREDIT_NOTE: (number: string) => `Your credit note ${number}`,
    },
    button: "See my appointment",
    title: { INVOICE: "Your invoice is ready", CREDIT_NOTE: "Your credit note is ready" },
    attached: {
      INVOICE: (number: string, total: string) => `Your invoice ${number} for ${total} is attached as a PDF.`,
      CREDIT_NOTE: (number: string, total: string) => `The credit note ${number} for ${total} is attached as a PDF.`,
    },
  },
};
