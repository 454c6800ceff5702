import { shortDayAndHour } from "./format.ts";
import { compose } from "./layout.ts";
import type { Mail, MailContext } from "./layout.ts";
import { stylistVisitFacts } from "./stylist-visit.ts";
import type { StylistVisit } from "./stylist-visit.ts";
import type { CancelledBy } from "./visit.ts";

/** `MOVED`: it was moved to another stylist. `ERASURE`: the client's data was erased. */
export type StylistBookingCancelled = MailContext & {
  visit: StylistVisit;
  clientName?: string;
  by: CancelledBy | "MOVED" | "ERASURE";
  agendaUrl?: string;
};

export function stylistBookingCancelled(input: StylistBookingCancelled): Mail {
  const { locale, salon, visit, clientName, by, agendaUrl } = input;
  const say = WORDS[locale];
  const intro = say.intro[by](clientName || say.somebody);
  return compose(input, {
    subject: (by === "MOVED" ? say.movedSubject : say.subject)(shortDayAndHour(visit.start, salon.timeZone, locale)),
    preheader: intro,
    title: by === "MOVED" ? say.movedTitle : say.title,
    blocks: [
      { paragraph: intro },
      stylistVisitFacts(visit, clientName, input),
      ...(agendaUrl ? [{ button: say.button, url: agendaUrl }] : []),
    ],
  });
}

const WORDS = {
  es: {
    subject: (when: string) => `Cita cancelada: ${when}`,
    movedSubject: (when: string) => `Ya no atiendes esta cita: ${when}`,
    title: "Se canceló una cita de tu agenda",
    movedTitle: "Otra persona del equipo atenderá esta cita",
    somebody: "Quien reservó",
    intro: {
      CLIENT: (client: string) => `${client} canceló esta cita. Ya no está en tu agenda.`,
      STYLIST: () =>
        "Cancelaste esta cita. Ya no está en tu agenda. Le ofrecemos a quien reservó otra persona del equipo, otra hora o su dinero.",
      SALON: () => "El salón canceló esta cita. Ya no está en tu agenda.",
      ERASURE: () => "Quien reservó borró su cuenta, y con ella se canceló esta cita. Ya no está en tu agenda.",
      MOVED: () => "Esta cita pasó a otra persona del equipo. Ya no está en tu agenda.",
    },
    button: "Ver mi agenda",
  },
  en: {
    subject: (when: string) => `Appointment cancelled: ${when}`,
    movedSubject: (when: string) => `No longer yours: the appointment of ${when}`,
    title: "An appointment in your agenda was cancelled",
    movedTitle: "Someone else of the team takes this appointment",
    somebody: "The client",
    intro: {
      CLIENT: (client: string) => `${client} cancelled this appointment. It is no longer in your agenda.`,
      STYLIST: () =>
        "You cancelled this appointment. It is no longer in your agenda. We offer the client someone else of the team, another time or a refund.",
      SALON: () => "The salon cancelled this appointment. It is no longer in your agenda.",
      ERASURE: () => "The client deleted their account, which cancelled this appointment. It is no longer in your agenda.",
      MOVED: () => "This appointment went to someone else of the team. It is no longer in your agenda.",
    },
    button: "See my agenda",
  },
};
