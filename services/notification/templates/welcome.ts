import { dayAndHour } from "./format.ts";
import { compose } from "./layout.ts";
import type { Mail, MailContext } from "./layout.ts";

export type Welcome = MailContext & { link: string; linkExpiresAt: Date };

export function welcome(input: Welcome): Mail {
  const { salon, locale, link, linkExpiresAt } = input;
  const say = WORDS[locale];
  return compose(input, {
    subject: say.subject(salon.name),
    preheader: say.intro,
    title: say.title(salon.name),
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
    subject: (salon: string) => `Confirma tu correo en ${salon}`,
    title: (salon: string) => `Te damos la bienvenida a ${salon}`,
    intro: "Tu cuenta está lista. Confirma que este correo es tuyo para recibir aquí tus citas y facturas.",
    button: "Confirmar mi correo",
    expiry: (until: string) => `El enlace sirve hasta el ${until}.`,
    stranger: "Si no abriste esta cuenta, no hagas nada: sin confirmar, nadie la usará con tu correo.",
  },
  en: {
    subject: (salon: string) => `Confirm your e-mail at ${salon}`,
    title: (salon: string) => `Welcome to ${salon}`,
    intro: "Your account is ready. Confirm that this address is yours to get your appointments and invoices here.",
    button: "Confirm my e-mail",
    expiry: (until: string) => `The link works until ${until}.`,
    stranger: "If you did not open this account, there is nothing to do.",
  },
};
