// What must not stand in a log, wherever it comes from: another server's words in an error are data, too.
const kinds: [mask: string, pattern: RegExp][] = [
  ["[address]", /[^\s"\\<>()[\]{},;:@/=&?']{1,64}(?:@|%40)(?:[\p{L}\d-]{1,63}\.)+\p{L}{2,}/u],
  ["[hash]", /\$argon2[a-z]{1,2}\$[^\s"\\']*/u],
  ["[token]", /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/u],
  ["[token]", /(?<=[?&]token=)[^\s"\\&#]+/u],
  ["[phone]", /(?<![\w.+-])\+\d(?:[ -]?\d){7,14}(?![\w.])/u],
];

const hint = /@|%40|\$argon2|eyJ|token=|\+\d/;
// An escape of JSON is stepped over, or the "n" of "\nana@example.com" would be taken for a letter and the line be JSON no more.
const any = new RegExp(["\\\\(?:u[\\da-f]{4}|.)", ...kinds.map(([, { source }]) => `(${source})`)].join("|"), "giu");

/** A line of JSON without people's addresses and phone numbers (E.164), password hashes, access tokens and the tokens of links. */
export function masked(line: string): string {
  if (!hint.test(line)) return line;
  return line.replace(any, (found: string, ...groups: unknown[]) => {
    const kind = groups.slice(0, kinds.length).findIndex((group) => group !== undefined);
    return kinds[kind]?.[0] ?? found;
  });
}
