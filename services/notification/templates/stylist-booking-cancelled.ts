import { shortDayAndHour } from "./format.ts";
import { compose } from "./layout.ts";
import type { Mail, MailContext } from "./layout.ts";
import { stylistVisitFacts } from "./stylist-visit.ts";
import type { StylistVisit } from "./stylist-visit.ts";
import type { CancelledBy } from "./visit.ts";

export type StylistBookingCancelled = MailContext & {
  visit: StylistVisit;
  clientName?: string;
  by: CancelledBy;
  agendaUrl?: string;
};

export function stylistBookingCancelled(input: StylistBookingCancelled): Mail {
  const { locale, salon, visit, clientName, by, agendaUrl } = input;
  const say = WORDS[locale];
  return compose(input, {
    subject: say.subject(shortDayAndHour(visit.start, salon.timeZone, locale)),
    preheader: say.intro[by],
    title: say.title,
    blocks: [
      { paragraph: say.intro[by] },
      stylistVisitFacts(visit, clientName, input),
      ...(agendaUrl ? [{ button: say.button, url: agendaUrl }] : []),
    ],
  });
}

const WORDS = {
  es: {
    subject: (when: string) => `Cita cancelada: ${when}`,
    title: "Una cita salió de tu agenda",
    intro: {
      CLIENT: "El cliente canceló esta cita. Ya no está en tu agenda.",
      STYLIST: "Cancelaste esta cita. Ya no está en tu agenda y le avisamos al cliente.",
      SALON: "El salón canceló esta cita. Ya no está en tu agenda.",
    },
    button: "Ver mi agenda",
  },
  en: {
    subject: (when: string) => `Appointment cancelled: ${when}`,
    title: "An appointment left your agenda",
    intro: {
      CLIENT: "The client cancelled this appointment. It is no longer in your agenda.",
      STYLIST: "You cancelled this appointment. It is no longer in your agenda and we told the client.",
      SALON: "The salon cancelled this appointment. It is no longer in your agenda.",
    },
    button: "See my agenda",
  },
};
