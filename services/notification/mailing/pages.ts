import type { Locale } from "../templates/format.ts";
import type { App } from "../app.ts";

export type Pages = ReturnType<typeof pagesFor>;

/**
 * The web's pages that mails lead to, in the reader's language. They hold no secret: whoever is not signed in is asked to, and led back.
 * Opening one changes nothing. What a mail must let somebody do who cannot sign in goes by auth's link tokens (write-with-link.ts).
 */
export function pagesFor({ config }: Pick<App, "config">, locale: Locale) {
  const page = (path: string) => new URL((locale === "en" ? "/en" : "") + path, config.publicUrl).href;
  return {
    booking: (id: string) => page(`/reservas/${id}`),
    change: (id: string) => page(`/reservas/${id}/cambiar`),
    cancel: (id: string) => page(`/reservas/${id}/cancelar`),
    pay: (id: string) => page(`/reservas/${id}/pagar`),
    service: (id: string) => page(`/reservar/${id}`),
    start: page("/"),
    signIn: page("/entrar"),
    forgotPassword: page("/olvide"),
    verifyEmail: page("/links/verify-email"),
    setPassword: page("/links/set-password"),
  };
}
