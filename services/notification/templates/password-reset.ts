import { dayAndHour } from "./format.ts";
import { compose } from "./layout.ts";
import type { Mail, MailContext } from "./layout.ts";

export type PasswordReset = MailContext & { link: string; linkExpiresAt: Date };

export function passwordReset(input: PasswordReset): Mail {
  const { salon, locale, link, linkExpiresAt } = input;
  const say = WORDS[locale];
  return compose(input, {
    subject: say.subject(salon.name),
    preheader: say.intro,
    title: say.title,
    blocks: [
      { paragraph: say.intro },
      { button: say.button, url: link },
      { note: say.expiry(dayAndHour(linkExpiresAt, salon.timeZone, locale)) },
      { note: say.stranger },
    ],
  });
}

const WORDS = {
  es: {
    subject: (salon: string) => `Cambia tu contraseña de ${salon}`,
    title: "Cambia tu contraseña",
    intro: "Nos pidieron cambiar la contraseña de la cuenta que tiene este correo.",
    button: "Crear otra contraseña",
    expiry: (until: string) => `El enlace sirve una sola vez, hasta el ${until}.`,
    stranger: "Si no fuiste tú, no hagas nada: la contraseña sigue igual.",
  },
  en: {
    subject: (salon: string) => `Change your ${salon} password`,
    title: "Change your password",
    intro: "We were asked to change the password of the account with this address.",
    button: "Choose a new password",
    expiry: (until: string) => `The link works once, until ${until}.`,
    stranger: "If it wasn't you, there is nothing to do: the password stays the same.",
  },
};
