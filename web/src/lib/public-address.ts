import { localizeUrl } from "#lib/paraglide/runtime.js";

/** Where search engines find a page of ours in a language; without the slash at the end that the server would redirect away. */
export const publicAddress = (path: string, base: string, locale: "es" | "en"): string =>
  localizeUrl(new URL(path, base), { locale }).href.replace(/\/en\/$/, "/en");
