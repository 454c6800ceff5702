import { describe, expect, test } from "@jest/globals";
import { Refusal } from "./errors.ts";
import { paged, pageOf } from "./paging.ts";

// A list as its RPC reads it: ordered by name, then id, from the key of the last row shown.
const list = ["a 1", "b 1", "b 2", "b 3", "c 1"].map((row) => row.split(" "));
const after = ([name, id]: string[]) => list.filter((row) => row[0]! > name! || (row[0] === name && row[1]! > id!));
function page(pageSize: number, pageToken = "") {
  const { size, limit, after: from } = pageOf({ pageSize, pageToken }, 2);
  return paged((from ? after(from) : list).slice(0, limit), size, (row) => row);
}

describe("pages", () => {
  test.each([1, 2, 3, 4, 5, 6])("of %d show every row once, and the last one says that it is", (pageSize) => {
    const sizes: number[] = [];
    const seen: string[][] = [];
    for (let token: string | undefined; token !== "";) {
      const { rows, nextPageToken } = page(pageSize, token);
      sizes.push(rows.length);
      seen.push(...rows);
      token = nextPageToken;
    }
    expect(seen).toEqual(list);
    // None is empty: a last page that is full is the last.
    expect(sizes).toHaveLength(Math.ceil(list.length / pageSize));
  });

  test("have 50 rows when no size is wished; an empty list has one page", () => {
    expect(pageOf({ pageSize: 0, pageToken: "" })).toEqual({ size: 50, limit: 51, after: undefined });
    expect(paged([], 50, () => [])).toEqual({ rows: [], nextPageToken: "" });
  });

  const token = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  test.each(["x", token("a"), token({}), token(["a"]), token(["a", "b", "c"]), token(["a", 1]), token(["a", "\0"])])(
    "are not continued by %s",
    (pageToken) => expect(() => page(2, pageToken)).toThrow(Refusal),
  );
});
