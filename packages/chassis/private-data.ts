// Personal data and secrets that no log line may contain; they also come in the errors of other servers.
const kinds: [mask: string, pattern: RegExp][] = [
  ["[address]", /[^\s"\\<>()[\]{},;:@/=&?']{1,64}(?:@|%40)(?:[\p{L}\d-]{1,63}\.)+\p{L}{2,}/u],
  ["[hash]", /\$argon2[a-z]{1,2}\$[^\s"\\']*/u],
  ["[token]", /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/u],
  ["[token]", /(?<=[?&]token=)[^\s"\\&#]+/u],
  ["[phone]", /(?<![\w.+-])\+\d(?:[ -]?\d){7,14}(?![\w.])/u],
];

// A cheap test first: most lines have none of it.
const hint = /@|%40|\$argon2|eyJ|token=|\+\d/;
// JSON's escapes are matched first: else the "n" of "\nana@example.com" would be masked with the address, and the line be invalid JSON.
const any = new RegExp(["\\\\(?:u[\\da-f]{4}|.)", ...kinds.map(([, { source }]) => `(${source})`)].join("|"), "giu");

/** A line, JSON or not, with e-mail addresses, phone numbers (E.164), argon2 hashes, JWTs and the tokens of links masked. */
export function masked(line: string): string {
  if (!hint.test(line)) return line;
  return line.replace(any, (found: string, ...groups: unknown[]) => {
    const kind = groups.slice(0, kinds.length).findIndex((group) => group !== undefined);
    return kinds[kind]?.[0] ?? found;
  });
}

/** An error as it may be stored and shown: masked, and its first line alone, as a database's error goes on with the statement's values. */
export const causeOf = (error: unknown): string => masked(String(error).split("\n", 1)[0]!).slice(0, 2_000);
