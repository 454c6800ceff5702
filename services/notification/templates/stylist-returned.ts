import { shortDayAndHour } from "./format.ts";
import { compose } from "./layout.ts";
import type { Mail, MailContext } from "./layout.ts";
import { cancelPolicy, stylistNames, visitFacts, visitLinks } from "./visit.ts";
import type { CancelPolicy, Visit, VisitLinks } from "./visit.ts";

/** After an offer of a substitute or of other times: the visit is as it was. */
export type StylistReturned = MailContext & { visit: Visit; policy: CancelPolicy } & VisitLinks;

export function stylistReturned(input: StylistReturned): Mail {
  const { locale, salon, visit, policy, bookingUrl } = input;
  const say = WORDS[locale];
  const name = stylistNames(visit);
  return compose(input, {
    subject: say.subject(name, shortDayAndHour(visit.start, salon.timeZone, locale)),
    preheader: say.intro(name),
    title: say.title,
    blocks: [
      { paragraph: say.intro(name) },
      visitFacts(visit, input),
      { paragraph: say.nothing },
      { button: say.see, url: bookingUrl },
      ...visitLinks(policy, input, input),
      ...cancelPolicy(visit, policy, input),
    ],
  });
}

const WORDS = {
  es: {
    subject: (name: string, when: string) => `${name} sí podrá atenderte: ${when}`,
    title: "Tu cita sigue como estaba",
    intro: (name: string) => `Te habíamos escrito que ${name} no podría atenderte. Sí podrá: tu cita sigue como estaba.`,
    nothing: "No tienes que hacer nada. Los enlaces de nuestro correo anterior ya no cambian tu cita.",
    see: "Ver mi cita",
  },
  en: {
    subject: (name: string, when: string) => `${name} can see you after all: ${when}`,
    title: "Your appointment stays as it was",
    intro: (name: string) => `We wrote to you that ${name} could not see you. It is possible after all: your appointment stays as it was.`,
    nothing: "There is nothing to do. The links of our earlier e-mail no longer change your appointment.",
    see: "See my appointment",
  },
};
