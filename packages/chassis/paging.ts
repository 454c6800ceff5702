import { invalid } from "./errors.ts";

const defaultPageSize = 50;

/** The page a list request asks for: rows to read (one more than shown tells whether there is a next page) and the key to start after. */
export function pageOf(
  req: { pageSize: number; pageToken: string },
  keys = 1,
): { size: number; limit: number; after: string[] | undefined } {
  const size = req.pageSize || defaultPageSize;
  return { size, limit: size + 1, after: req.pageToken ? decode(req.pageToken, keys) : undefined };
}

/** The rows to show and the token of the next page, "" at the end. `keyOf` gives what the list is ordered by. */
export function paged<Row>(rows: Row[], size: number, keyOf: (row: Row) => string[]): { rows: Row[]; nextPageToken: string } {
  const shown = rows.slice(0, size);
  const last = shown.at(-1);
  return {
    rows: shown,
    nextPageToken: rows.length > size && last ? Buffer.from(JSON.stringify(keyOf(last))).toString("base64url") : "",
  };
}

function decode(token: string, keys: number): string[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    if (Array.isArray(value) && value.length === keys && value.every((part) => typeof part === "string" && !part.includes("\0")))
      return value as string[];
  } catch {
    // falls through to the refusal
  }
  throw invalid("pageToken", "is not a token of this list");
}
