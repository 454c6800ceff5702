// What copying brings along and nobody sees: zero-width blanks and marks of writing direction. The two joiners stay, which Persian,
// Indic scripts and emoji need inside a word.
const unseen = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/g;

/** Text as it was meant, whatever it was copied from. */
export const withoutUnseen = (typed: string): string => typed.normalize("NFC").replaceAll(unseen, "");

/** One line, a name for example: every run of blanks, no-break ones and line ends included, is one blank. U+0000 stays, to be refused. */
export const lineOf = (typed: string): string => withoutUnseen(typed).replaceAll(/\s+/gu, " ").trim();
