import { shortDayAndHour } from "./format.ts";
import { compose } from "./layout.ts";
import type { Mail, MailContext } from "./layout.ts";
import { cancelPolicy, stylistNames, visitFacts, visitLinks } from "./visit.ts";
import type { CancelPolicy, Visit, VisitLinks } from "./visit.ts";

/** The visit is as it was. The mail that offered a substitute or other times may not have left. */
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
    intro: (name: string) => `${name} sí podrá atenderte: tu cita sigue como estaba.`,
    nothing: "No tienes que hacer nada. Si te propusimos otra persona u otra hora, eso ya no vale.",
    see: "Ver mi cita",
  },
  en: {
    subject: (name: string, when: string) => `${name} can see you after all: ${when}`,
    title: "Your appointment stays as it was",
    intro: (name: string) => `${name} can see you after all: your appointment stays as it was.`,
    nothing: "There is nothing to do. If we proposed somebody else or another time, that no longer holds.",
    see: "See my appointment",
  },
};
