import { money } from "@lacio/salon/money";
import { compose } from "./layout.ts";
import type { Mail, MailContext } from "./layout.ts";
import { visitFacts } from "./visit.ts";
import type { Visit } from "./visit.ts";

export type RefundSent = MailContext & {
  visit: Visit;
  amount: bigint;
  because: "CANCELLED" | "PAYMENT_NOT_USED" | "SALON_DECIDED" | "OWED";
  /** The credit note is attached. */
  creditNoteNumber?: string;
  bookingUrl: string;
};

export function refundSent(input: RefundSent): Mail {
  const { locale, visit, amount, because, creditNoteNumber, bookingUrl } = input;
  const say = WORDS[locale];
  const sent = say.sent(money(amount, locale));
  return compose(input, {
    subject: say.subject(money(amount, locale)),
    preheader: sent,
    title: say.title(money(amount, locale)),
    blocks: [
      { paragraph: say.because[because] },
      { paragraph: sent },
      ...(creditNoteNumber ? [{ paragraph: say.attached(creditNoteNumber) }] : []),
      visitFacts(visit, input),
      { button: say.button, url: bookingUrl },
    ],
  });
}

const WORDS = {
  es: {
    subject: (amount: string) => `Te devolvimos ${amount}`,
    title: (amount: string) => `Te devolvimos ${amount}`,
    because: {
      CANCELLED: "Es la devolución de tu cita cancelada.",
      PAYMENT_NOT_USED: "Recibimos un pago que ya no pudimos usar para tu cita, así que te lo devolvemos.",
      SALON_DECIDED: "El salón te devuelve dinero de tu cita.",
      OWED: "Es el dinero que antes no te había llegado.",
    },
    sent: (amount: string) => `Ya enviamos ${amount} al medio con el que pagaste. Tu banco puede tardar unos días en mostrarlo.`,
    button: "Ver mi cita",
    attached: (number: string) => `Adjuntamos la nota crédito ${number} en PDF.`,
  },
  en: {
    subject: (amount: string) => `We refunded you ${amount}`,
    title: (amount: string) => `We refunded you ${amount}`,
    because: {
      CANCELLED: "This is the refund of your cancelled appointment.",
      PAYMENT_NOT_USED: "We received a payment that we could no longer use for your appointment, so you get it back.",
      SALON_DECIDED: "The salon refunds you money for your appointment.",
      OWED: "This is the money that had not reached you before.",
    },
    button: "See my appointment",
    sent: (amount: string) => `The refund of ${amount} is on its way to the method you paid with. Your bank may take some days to show it.`,
    attached: (number: string) => `The credit note ${number} is attached as a PDF.`,
  },
};
