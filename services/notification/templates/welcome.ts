import { dayAndHour } from "./format.ts";
import { compose } from "./layout.ts";
import type { Mail, MailContext } from "./layout.ts";

export type Welcome = MailContext & { link: string; linkExpiresAt: Date };

export function welcome(input: Welcome): Mail {
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
      { note: say.stranger },
    ],
  });
}

// The address is not verified: the mail quotes nothing from the form (it could carry spam) and stays true if a stranger registered it.
const WORDS = {
  es: {
    subject: (salon: string) => `Confirma tu correo en ${salon}`,
    title: "Confirma tu correo",
    intro: (salon: string) =>
      `Se abrió una cuenta en ${salon} con este correo. Si fuiste tú, confirma que es tuyo y te avisaremos aquí de todas tus citas.`,
    button: "Confirmar mi correo",
    expiry: (until: string) => `El enlace sirve hasta el ${until}.`,
    stranger:
      "Si no fuiste tú, no confirmes nada y olvida este correo. Si además quieres sacar de la cuenta a quien la abrió, usa «Olvidé mi contraseña» en la página para entrar.",
  },
  en: {
    subject: (salon: string) => `Confirm your e-mail at ${salon}`,
    title: "Confirm your e-mail",
    intro: (salon: string) =>
      `An account at ${salon} was opened with this address. If that was you, confirm that it is yours, and we will tell you here about all your appointments.`,
    button: "Confirm my e-mail",
    expiry: (until: string) => `The link works until ${until}.`,
    stranger:
      "If it wasn't you, confirm nothing and ignore this e-mail. To shut out whoever opened the account, use “I forgot my password” on the sign-in page.",
  },
};
