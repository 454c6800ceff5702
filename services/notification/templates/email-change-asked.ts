import { compose } from "./layout.ts";
import type { Mail, MailContext } from "./layout.ts";

export type EmailChangeAsked = MailContext & { newEmail: string; forgotPasswordUrl: string };

/** To the address that the account still has. */
export function emailChangeAsked(input: EmailChangeAsked): Mail {
  const { salon, locale, forgotPasswordUrl } = input;
  const say = WORDS[locale];
  const intro = say.intro(masked(input.newEmail));
  return compose(input, {
    subject: say.subject(salon.name),
    preheader: intro,
    title: say.title,
    blocks: [
      { paragraph: intro },
      { paragraph: say.next },
      { paragraph: say.stranger },
      { button: say.button, url: forgotPasswordUrl },
      { note: say.late },
    ],
  });
}

// It may be a stranger's, typed by mistake.
const masked = (email: string): string => email.replace(/^(.).*(?=@)/su, "$1…");

const WORDS = {
  es: {
    subject: (salon: string) => `Pidieron cambiar el correo de tu cuenta de ${salon}`,
    title: "Pidieron cambiar tu correo",
    intro: (email: string) => `Alguien que entró a tu cuenta y escribió tu contraseña pidió cambiar tu correo por ${email}.`,
    next: "Cambia cuando se confirme con el enlace que enviamos allá; hasta entonces todo sigue igual. Si fuiste tú, aquí no tienes que hacer nada.",
    stranger: "Si no fuiste tú, alguien sabe tu contraseña. Crea otra ahora mismo: eso anula el cambio y cierra todas tus sesiones.",
    button: "Crear otra contraseña",
    late: "Si ya no puedes entrar con este correo, comunícate con el salón.",
  },
  en: {
    subject: (salon: string) => `Someone asked to change the e-mail of your ${salon} account`,
    title: "A change of your e-mail",
    intro: (email: string) => `Someone who signed in to your account and typed your password asked to change your e-mail to ${email}.`,
    next: "It changes when it is confirmed with the link that we sent there; until then nothing changes. If it was you, there is nothing to do here.",
    stranger:
      "If it wasn't you, someone knows your password. Choose another one right now: that cancels the change and ends all your sessions.",
    button: "Choose a new password",
    late: "If you can no longer sign in with this address, get in touch with the salon.",
  },
};
