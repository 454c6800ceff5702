import { money } from "@lacio/salon/money";
import { compose } from "./layout.ts";
import type { Mail, MailContext } from "./layout.ts";
import { visitFacts } from "./visit.ts";
import type { Visit } from "./visit.ts";

export type RefundFailed = MailContext & {
  visit: Visit;
  amount: bigint;
  /** The bank returned it after it had succeeded; otherwise it could not be sent. */
  cameBack: boolean;
  bookingUrl: string;
};

export function refundFailed(input: RefundFailed): Mail {
  const { locale, salon, visit, cameBack, bookingUrl } = input;
  const say = WORDS[locale];
  const amount = money(input.amount, locale);
  const what = (cameBack ? say.cameBack : say.notSent)(amount);
  return compose(input, {
    subject: say.title(amount),
    preheader: what,
    title: say.title(amount),
    blocks: [{ paragraph: what }, { paragraph: say.next(salon.phone) }, visitFacts(visit, input), { button: say.button, url: bookingUrl }],
  });
}

const WORDS = {
  es: {
    title: (amount: string) => `Te debemos ${amount}: la devolución no llegó`,
    cameBack: (amount: string) => `Enviamos ${amount} al medio con el que pagaste, pero tu banco nos devolvió el dinero.`,
    notSent: (amount: string) => `No pudimos enviar ${amount} al medio con el que pagaste.`,
    next: (phone?: string) =>
      `Ese dinero es tuyo. Te vamos a buscar para enviártelo de otra manera. Si quieres adelantarlo, ${phone ? `llámanos al ${phone} o ` : ""}responde este correo.`,
    button: "Ver mi cita",
  },
  en: {
    title: (amount: string) => `We owe you ${amount}: the refund did not arrive`,
    cameBack: (amount: string) => `We sent ${amount} to the method you paid with, but your bank returned the money to us.`,
    notSent: (amount: string) => `We could not send ${amount} to the method you paid with.`,
    next: (phone?: string) =>
      `That money is yours. We will contact you to send it in another way. To get it sooner, ${phone ? `call us at ${phone} or ` : ""}answer this mail.`,
    button: "See my appointment",
  },
};
