// Invisible characters from copy and paste: zero-width blanks and direction marks. The two joiners (ZWJ, ZWNJ) stay, which Persian, Indic
// scripts and emoji need inside a word.
const unseen = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/g;

/** Normalises to NFC and removes invisible characters. */
export const withoutUnseen = (typed: string): string => typed.normalize("NFC").replaceAll(unseen, "");

/** One line, such as a name: runs of blanks, no-break spaces and line ends become one blank. U+0000 stays, for validation to refuse. */
export const lineOf = (typed: string): string => withoutUnseen(typed).replaceAll(/\s+/gu, " ").trim();
