import { shortDayAndHour } from "./format.ts";
import { compose } from "./layout.ts";
import type { Mail, MailContext } from "./layout.ts";
import { refundInWords } from "./refund-in-words.ts";
import { visitFacts } from "./visit.ts";
import type { CancelledBy, Visit } from "./visit.ts";

export type BookingCancelled = MailContext & {
  visit: Visit;
  by: CancelledBy;
  /** The reason that the stylist or the salon gave. */
  reason?: string;
  paid: boolean;
  refund: bigint;
  /** What had been refunded before the cancellation. */
  before?: bigint;
  /** What the salon already owed because a refund had failed. */
  owed?: bigint;
  freeUntilHours: number;
  bookingUrl: string;
  bookAgainUrl: string;
};

export function bookingCancelled(input: BookingCancelled): Mail {
  const { locale, salon, visit, by, reason, bookingUrl, bookAgainUrl } = input;
  const say = WORDS[locale];
  const money = refundInWords({ ...input, price: visit.price }, locale);
  return compose(input, {
    subject: say.subject(shortDayAndHour(visit.start, salon.timeZone, locale)),
    preheader: money,
    title: say.title,
    blocks: [
      { paragraph: say.intro[by] },
      ...(reason && by !== "CLIENT" ? [{ paragraph: say.reason(reason) }] : []),
      { paragraph: money },
      visitFacts(visit, input),
      { button: say.button, url: bookAgainUrl },
      { links: [[say.see, bookingUrl]] },
    ],
  });
}

const WORDS = {
  es: {
    subject: (when: string) => `Cita cancelada: ${when}`,
    title: "Tu cita quedó cancelada",
    intro: {
      CLIENT: "Cancelamos tu cita como pediste.",
      STYLIST: "Lo sentimos: tu estilista no podrá atenderte y tuvimos que cancelar tu cita.",
      SALON: "Lo sentimos: el salón tuvo que cancelar tu cita.",
    },
    reason: (reason: string) => `Motivo: ${reason}`,
    button: "Buscar otra hora",
    see: "Ver la cita cancelada",
  },
  en: {
    subject: (when: string) => `Appointment cancelled: ${when}`,
    title: "Your appointment is cancelled",
    intro: {
      CLIENT: "We cancelled your appointment as you asked.",
      STYLIST: "We are sorry: your stylist can't make it and we had to cancel your appointment.",
      SALON: "We are sorry: the salon had to cancel your appointment.",
    },
    reason: (reason: string) => `Reason: ${reason}`,
    button: "Find another time",
    see: "See the cancelled appointment",
  },
};
