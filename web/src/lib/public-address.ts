import { localizeUrl } from "#lib/paraglide/runtime.js";

/** The canonical URL of a page in a language, without the trailing slash that the server would redirect away. */
export const publicAddress = (path: string, base: string, locale: "es" | "en"): string =>
  localizeUrl(new URL(path, base), { locale }).href.replace(/\/en\/$/, "/en");
