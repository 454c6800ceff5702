import { compose } from "./layout.ts";
import type { Mail, MailContext } from "./layout.ts";

export type SessionEnded = MailContext;

export function sessionEnded(input: SessionEnded): Mail {
  const { salon, locale } = input;
  const say = WORDS[locale];
  return compose(input, {
    subject: say.subject(salon.name),
    preheader: say.intro,
    title: say.title,
    blocks: [{ paragraph: say.intro }, { paragraph: say.next }, { note: say.stranger }],
  });
}

const WORDS = {
  es: {
    subject: (salon: string) => `Cerramos una sesión tuya en ${salon} por seguridad`,
    title: "Cerramos una sesión tuya",
    intro: "Alguien usó una llave de sesión tuya que ya no valía. Por si te la copiaron, cerramos esa sesión.",
    next: "Entra de nuevo para seguir. Tus citas y tus pagos no cambiaron.",
    stranger: "Si algo te parece raro, cambia tu contraseña: eso cierra todas tus sesiones.",
  },
  en: {
    subject: (salon: string) => `We ended a session of yours at ${salon} for your safety`,
    title: "We ended a session of yours",
    intro: "Someone used a session key of yours that was no longer valid. In case it was copied, we ended that session.",
    next: "Sign in again to go on. Your appointments and payments have not changed.",
    stranger: "If anything looks strange, change your password: that ends all your sessions.",
  },
};
