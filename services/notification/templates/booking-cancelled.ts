import { shortDayAndHour } from "./format.ts";
import { compose } from "./layout.ts";
import type { Mail, MailContext } from "./layout.ts";
import { refundInWords } from "./refund-in-words.ts";
import { alternativeInWords, visitFacts } from "./visit.ts";
import type { Alternative, CancelledBy, Visit } from "./visit.ts";

export type BookingCancelled = MailContext & {
  visit: Visit;
  by: CancelledBy;
  /** It was waiting for another stylist; a client who cancelled it then gets everything back. */
  lostStylist?: string;
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
  /** The nearest free times for the same service, and where to book each. */
  alternatives?: (Alternative & { url: string })[];
};

export function bookingCancelled(input: BookingCancelled): Mail {
  const { locale, salon, visit, by, lostStylist, reason, bookingUrl, bookAgainUrl, alternatives = [] } = input;
  const say = WORDS[locale];
  const money = refundInWords({ ...input, price: visit.price }, locale);
  return compose(input, {
    subject: say.subject(shortDayAndHour(visit.start, salon.timeZone, locale)),
    preheader: money,
    title: say.title,
    blocks: [
      { paragraph: lostStylist ? say.lost(lostStylist)[by] : say.intro[by] },
      ...(reason && by !== "CLIENT" ? [{ paragraph: say.reason(reason) }] : []),
      { paragraph: money },
      visitFacts(visit, input),
      ...(alternatives.length > 0 ? [{ paragraph: say.near }, { links: alternatives.map((one) => nearLink(one, input)) }] : []),
      { button: say.button, url: bookAgainUrl },
      { links: [[say.see, bookingUrl]] },
    ],
  });
}

const nearLink = (one: Alternative & { url: string }, input: MailContext): [string, string] => [alternativeInWords(one, input), one.url];

const WORDS = {
  es: {
    subject: (when: string) => `Cita cancelada: ${when}`,
    title: "Tu cita quedó cancelada",
    intro: {
      CLIENT: "Cancelamos tu cita como pediste.",
      STYLIST: "Lo sentimos: tu estilista no podrá atenderte y tuvimos que cancelar tu cita.",
      SALON: "Lo sentimos: el salón tuvo que cancelar tu cita.",
    },
    lost: (name: string) => ({
      CLIENT: `${name} no podrá atenderte, y cancelamos tu cita como pediste.`,
      STYLIST: `Lo sentimos: ${name} no podrá atenderte y tuvimos que cancelar tu cita.`,
      SALON: `Lo sentimos: ${name} no podrá atenderte y el salón canceló tu cita.`,
    }),
    near: "Estas horas están libres ahora:",
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
    lost: (name: string) => ({
      CLIENT: `${name} can't see you, and we cancelled your appointment as you asked.`,
      STYLIST: `We are sorry: ${name} can't see you and we had to cancel your appointment.`,
      SALON: `We are sorry: ${name} can't see you and the salon cancelled your appointment.`,
    }),
    near: "These times are free now:",
    reason: (reason: string) => `Reason: ${reason}`,
    button: "Find another time",
    see: "See the cancelled appointment",
  },
};
