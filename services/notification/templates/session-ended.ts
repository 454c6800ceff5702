import { compose } from "./layout.ts";
import type { Mail, MailContext } from "./layout.ts";

export type SessionEnded = MailContext & { signInUrl: string; forgotPasswordUrl: string };

export function sessionEnded(input: SessionEnded): Mail {
  const { salon, locale, signInUrl, forgotPasswordUrl } = input;
  const say = WORDS[locale];
  return compose(input, {
    subject: say.subject(salon.name),
    preheader: say.intro,
    title: say.title,
    blocks: [
      { paragraph: say.intro },
      { paragraph: say.next },
      { button: say.button, url: signInUrl },
      { links: [[say.change, forgotPasswordUrl]] },
      { note: say.stranger },
    ],
  });
}

const WORDS = {
  es: {
    subject: (salon: string) => `Cerramos una sesión tuya en ${salon} por seguridad`,
    title: "Cerramos una sesión tuya",
    intro: "Alguien usó una sesión tuya que ya estaba cerrada. Por seguridad te sacamos también del dispositivo donde la tenías.",
    next: "Entra de nuevo para seguir. Tus citas y tus pagos no cambiaron.",
    button: "Entrar",
    change: "Cambiar mi contraseña",
    stranger: "Si algo te parece raro, cambia tu contraseña: eso cierra todas tus sesiones.",
  },
  en: {
    subject: (salon: string) => `We ended a session of yours at ${salon} for your safety`,
    title: "We ended a session of yours",
    intro: "Someone used a session of yours that was closed already. For your safety we also signed you out on the device that had it.",
    next: "Sign in again to go on. Your appointments and payments have not changed.",
    button: "Sign in",
    change: "Change my password",
    stranger: "If anything looks strange, change your password: that ends all your sessions.",
  },
};
