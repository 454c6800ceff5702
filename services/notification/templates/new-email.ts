import { dayAndHour } from "./format.ts";
import { compose } from "./layout.ts";
import type { Mail, MailContext } from "./layout.ts";

/** To the new address, which may be a stranger's: it quotes nothing of the account. */
export type NewEmail = MailContext & { link: string; linkExpiresAt: Date };

export function newEmail(input: NewEmail): Mail {
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

const WORDS = {
  es: {
    subject: (salon: string) => `Confirma tu correo nuevo en ${salon}`,
    title: "Confirma tu correo nuevo",
    intro: (salon: string) =>
      `Nos pidieron usar este correo en una cuenta de ${salon}. Si fuiste tú, confirma que es tuyo: desde entonces entras con él, y aquí te llegan tus citas y facturas.`,
    button: "Usar este correo",
    expiry: (until: string) => `El enlace sirve una sola vez, hasta el ${until}.`,
    stranger: "Si no fuiste tú, no confirmes nada y olvida este correo: la cuenta sigue con el que tiene.",
  },
  en: {
    subject: (salon: string) => `Confirm your new e-mail at ${salon}`,
    title: "Confirm your new e-mail",
    intro: (salon: string) =>
      `We were asked to use this address for an account at ${salon}. If it was you, confirm that it is yours: from then on you sign in with it, and your appointments and invoices come here.`,
    button: "Use this e-mail",
    expiry: (until: string) => `The link works once, until ${until}.`,
    stranger: "If it wasn't you, confirm nothing and ignore this e-mail: the account keeps the address that it has.",
  },
};
