/** The language of the last page, for the return from the checkout. */
export const localeCookie = "__Host-lacio-locale";
