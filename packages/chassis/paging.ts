import { validate } from "uuid";
import { invalid } from "./errors.ts";

const defaultPageSize = 50;

/** The type of a column that a list is ordered by; `time` is in the form of `toISOString`. */
type Key = keyof typeof fits;

/**
 * Keyset pagination: `limit` rows to read (one more than `size`, to see whether there is a next page) after the key `after`.
 * The token is untrusted input: one without keys of these types never reaches SQL. @throws Refusal `invalid_argument`
 */
export function pageOf(
  req: { pageSize: number; pageToken: string },
  keys: Key[] = ["uuid"],
): { size: number; limit: number; after: string[] | undefined } {
  const size = req.pageSize || defaultPageSize;
  return { size, limit: size + 1, after: req.pageToken ? decode(req.pageToken, keys) : undefined };
}

/** The rows to show and the token of the next page, "" at the end. `keyOf` gives the columns that the list is ordered by. */
export function paged<Row>(rows: Row[], size: number, keyOf: (row: Row) => string[]): { rows: Row[]; nextPageToken: string } {
  const shown = rows.slice(0, size);
  const last = shown.at(-1);
  return {
    rows: shown,
    nextPageToken: rows.length > size && last ? Buffer.from(JSON.stringify(keyOf(last))).toString("base64url") : "",
  };
}

function decode(token: string, keys: Key[]): string[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    if (Array.isArray(value) && value.length === keys.length && keys.every((key, i) => typeof value[i] === "string" && fits[key](value[i])))
      return value as string[];
  } catch {
    // no base64url of JSON: refused below
  }
  throw invalid("pageToken", "is not a token of this list");
}

const fits = {
  uuid: (part: string) => validate(part),
  text: (part: string) => !part.includes("\0"),
  // Years that both JavaScript and PostgreSQL write with four digits.
  time: (part: string) => /^(?!0000)\d{4}-/.test(part) && !Number.isNaN(Date.parse(part)) && new Date(part).toISOString() === part,
};
