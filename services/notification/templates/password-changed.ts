import { dayAndHour } from "./format.ts";
import { compose } from "./layout.ts";
import type { Mail, MailContext } from "./layout.ts";

/** `byLink`: with a mailed link, which ends all sessions; otherwise the one that changed it goes on. */
export type PasswordChanged = MailContext & { changedAt: Date; byLink: boolean; forgotPasswordUrl: string };

export function passwordChanged(input: PasswordChanged): Mail {
  const { salon, locale, changedAt, byLink, forgotPasswordUrl } = input;
  const say = WORDS[locale];
  const intro = say.intro(dayAndHour(changedAt, salon.timeZone, locale));
  return compose(input, {
    subject: say.subject(salon.name),
    preheader: intro,
    title: say.title,
    blocks: [
      { paragraph: intro },
      { paragraph: byLink ? say.allEnded : say.othersEnded },
      { paragraph: say.stranger },
      { button: say.button, url: forgotPasswordUrl },
      { note: say.same },
    ],
  });
}

const WORDS = {
  es: {
    subject: (salon: string) => `Tu contraseña de ${salon} cambió`,
    title: "Tu contraseña cambió",
    intro: (when: string) => `La contraseña de tu cuenta cambió el ${when}.`,
    allEnded: "Cerramos todas tus sesiones: entra con la contraseña nueva. Si fuiste tú, no tienes que hacer nada más.",
    othersEnded: "Cerramos tus sesiones en los demás dispositivos. Si fuiste tú, no tienes que hacer nada más.",
    stranger: "Si no fuiste tú, crea otra contraseña ahora mismo: eso saca de tu cuenta a quien la cambió.",
    button: "Crear otra contraseña",
    same: "Si usas esa contraseña también en otros sitios, cámbiala allá.",
  },
  en: {
    subject: (salon: string) => `Your ${salon} password was changed`,
    title: "Your password was changed",
    intro: (when: string) => `The password of your account was changed on ${when}.`,
    allEnded: "We ended all your sessions: sign in with the new password. If it was you, there is nothing else to do.",
    othersEnded: "We ended your sessions on the other devices. If it was you, there is nothing else to do.",
    stranger: "If it wasn't you, choose another password right now: that shuts out whoever changed it.",
    button: "Choose a new password",
    same: "If you use that password on other sites, change it there, too.",
  },
};
