import { describe, expect, test } from "@jest/globals";
import { paged, pageOf } from "./paging.ts";

const token = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString("base64url");
const uuid = "0190a1b2-0000-7000-8000-000000000001";
const time = "2031-06-01T15:00:00.000Z";

// A list as its RPC reads it: ordered by name, then id, from the key of the last row shown.
const list = ["a 1", "b 1", "b 2", "b 3", "c 1"].map((row) => row.split(" "));
const after = ([name, id]: string[]) => list.filter((row) => row[0]! > name! || (row[0] === name && row[1]! > id!));
function page(pageSize: number, pageToken = "") {
  const { size, limit, after: from } = pageOf({ pageSize, pageToken }, ["text", "text"]);
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
    // No empty page at the end, also when the last one is full.
    expect(sizes).toHaveLength(Math.ceil(list.length / pageSize));
  });

  test("have 50 rows by default; an empty list has one page", () => {
    expect(pageOf({ pageSize: 0, pageToken: "" })).toEqual({ size: 50, limit: 51, after: undefined });
    expect(paged([], 50, () => [])).toEqual({ rows: [], nextPageToken: "" });
  });
});

test("a token is decoded to the keys that it was made of", () => {
  const read = (...keys: Parameters<typeof pageOf>[1] & object) => pageOf({ pageSize: 0, pageToken: token(time, uuid) }, keys).after;
  expect(read("time", "uuid")).toEqual([time, uuid]);
  expect(read("text", "text")).toEqual([time, uuid]);
});

test.each<[string, string]>([
  ["no base64 of JSON", "x"],
  ["no base64", "!!"],
  ["no list", Buffer.from('{"a":1}').toString("base64url")],
  ["no text", token(1, uuid)],
  ["one part", token(uuid)],
  ["three parts", token(time, uuid, uuid)],
  ["another list's", token("Ana", uuid)],
  ["the wrong order", token(uuid, time)],
  ["no uuid", token(time, "x")],
  ["a uuid and more", token(time, `${uuid} `)],
  ["a day that does not exist", token("2031-02-30T15:00:00.000Z", uuid)],
  ["an hour without a zone", token("2031-06-01T15:00:00.000", uuid)],
  ["a time with too many decimals", token("2031-06-01T15:00:00.000001Z", uuid)],
  ["the year 0", token("0000-06-01T15:00:00.000Z", uuid)],
  ["the year 10000", token("+010000-06-01T15:00:00.000Z", uuid)],
  ["a year before Christ", token("-000001-06-01T15:00:00.000Z", uuid)],
  ["U+0000", token(time, "\0")],
])("a forged token is refused and named: %s", (_, pageToken) => {
  expect(() => pageOf({ pageSize: 0, pageToken }, ["time", "uuid"])).toThrow("pageToken: is not a token of this list");
});

test("a text key is any text without U+0000", () => {
  expect(pageOf({ pageSize: 0, pageToken: token("' or 1=1; --") }, ["text"]).after).toEqual(["' or 1=1; --"]);
  expect(() => pageOf({ pageSize: 0, pageToken: token("a\0b") }, ["text"])).toThrow("pageToken");
});
