/** Remembers the language of the last page, for who comes back from a checkout. */
export const localeCookie = "__Host-lacio-locale";
