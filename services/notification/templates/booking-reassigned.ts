import { money } from "@lacio/salon/money";
import { shortDayAndHour } from "./format.ts";
import { compose } from "./layout.ts";
import type { Mail, MailContext } from "./layout.ts";
import { cancelPolicy, stylistNames, visitFacts, visitLinks } from "./visit.ts";
import type { CancelPolicy, Visit, VisitLinks } from "./visit.ts";

/** `visit` is with the new stylist. The client may have accepted it, wished so in advance, or hears of it for the first time. */
export type BookingReassigned = MailContext & {
  visit: Visit;
  lostStylist: string;
  /** Why the lost stylist can't come, as she gave it. */
  reason?: string;
  paid: bigint;
  /** What comes back of it, because the new stylist is cheaper. */
  refund: bigint;
  policy: CancelPolicy;
} & VisitLinks;

export function bookingReassigned(input: BookingReassigned): Mail {
  const { locale, salon, visit, lostStylist, reason, paid, refund, policy, bookingUrl } = input;
  const say = WORDS[locale];
  const name = stylistNames(visit);
  const instead = say.instead(lostStylist, name);
  return compose(input, {
    subject: say.subject(name, shortDayAndHour(visit.start, salon.timeZone, locale)),
    preheader: instead,
    title: say.title(name),
    blocks: [
      { paragraph: instead },
      ...(reason ? [{ paragraph: say.reason(reason) }] : []),
      visitFacts(visit, input),
      ...(refund > 0n ? [{ paragraph: say.refund(name, money(paid, locale), money(refund, locale)) }] : []),
      { button: say.see, url: bookingUrl },
      ...visitLinks(policy, input, input),
      ...cancelPolicy(visit, policy, input),
    ],
  });
}

const WORDS = {
  es: {
    subject: (name: string, when: string) => `Te atenderá ${name}: ${when}`,
    title: (name: string) => `Te atenderá ${name}`,
    instead: (lost: string, name: string) => `${lost} no podrá atenderte. Te atenderá ${name}, el mismo día y a la misma hora.`,
    reason: (reason: string) => `Motivo: ${reason}`,
    refund: (name: string, paid: string, back: string) =>
      `${name} cobra menos: de los ${paid} que pagaste te devolvemos ${back}. Te avisamos cuando enviemos el dinero.`,
    see: "Ver mi cita",
  },
  en: {
    subject: (name: string, when: string) => `You will see ${name}: ${when}`,
    title: (name: string) => `You will see ${name}`,
    instead: (lost: string, name: string) => `${lost} can't make it. You will see ${name}, on the same day and at the same time.`,
    reason: (reason: string) => `Reason: ${reason}`,
    refund: (name: string, paid: string, back: string) =>
      `The price with ${name} is lower: of the ${paid} you paid you get ${back} back. We will tell you when we send the money.`,
    see: "See my appointment",
  },
};
