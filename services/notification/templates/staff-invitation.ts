import { dayAndHour } from "./format.ts";
import { compose } from "./layout.ts";
import type { Mail, MailContext } from "./layout.ts";

export type StaffInvitation = MailContext & { link: string; linkExpiresAt: Date };

export function staffInvitation(input: StaffInvitation): Mail {
  const { salon, locale, link, linkExpiresAt } = input;
  const say = WORDS[locale];
  return compose(input, {
    subject: say.subject(salon.name),
    preheader: say.intro(salon.name),
    title: say.title,
    blocks: [
      { paragraph: say.intro(salon.name) },
      { button: say.button, url: link },
      { note: say.expiry(dayAndHour(linkExpiresAt, salon.timeZone, locale)) },
    ],
  });
}

const WORDS = {
  es: {
    subject: (salon: string) => `Tu acceso al equipo de ${salon}`,
    title: "Ya eres parte del equipo",
    intro: (salon: string) => `${salon} te abrió una cuenta. Crea tu contraseña para entrar.`,
    button: "Crear mi contraseña",
    expiry: (until: string) => `El enlace sirve una sola vez, hasta el ${until}. Si se vence, pide otro con «Olvidé mi contraseña».`,
  },
  en: {
    subject: (salon: string) => `Your access to the ${salon} team`,
    title: "You are part of the team",
    intro: (salon: string) => `${salon} opened an account for you. Set your password to sign in.`,
    button: "Set my password",
    expiry: (until: string) => `The link works once, until ${until}. If it expires, ask for another with “I forgot my password”.`,
  },
};
