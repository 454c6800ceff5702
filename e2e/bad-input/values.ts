import { ScalarType, type DescField } from "@bufbuild/protobuf";
import type { JsonValue } from "@bufbuild/protobuf";

/** A value that somebody may send for a field. `never`: no field of that kind takes it. */
export type Bad = { value: JsonValue | undefined; never?: true };

/** What to try in one field, by its kind. */
export function badValues(field: DescField): Bad[] {
  if (field.fieldKind === "list") return lists;
  if (field.fieldKind === "message") return field.message.typeName === "google.protobuf.Timestamp" ? times : messages;
  if (field.fieldKind === "enum") return field.proto.proto3Optional ? optionalEnums : enums;
  if (field.fieldKind !== "scalar") throw new Error(`No bad values for the map ${field.name} yet.`);
  if (field.scalar === ScalarType.STRING) return field.name === "page_token" ? [...strings, ...pageTokens] : strings;
  if (field.scalar === ScalarType.BOOL) return booleans;
  return field.scalar === ScalarType.INT64 ? [...numbers, ...int64s] : [...numbers, ...int32s];
}

const anything = (...values: JsonValue[]): Bad[] => values.map((value) => ({ value }));
const refused = (...values: JsonValue[]): Bad[] => values.map((value) => ({ value, never: true }));
const missing: Bad[] = [{ value: undefined }, { value: null }];
const deep = (depth: number): JsonValue => JSON.parse("[".repeat(depth) + "]".repeat(depth)) as JsonValue;
const long = "x".repeat(100_000);

const strings: Bad[] = [
  ...missing,
  ...refused(7, -0.5, true, {}, { value: "x" }, [], ["x"], deep(1_000), long, "\0", "a\0b", "ñ".repeat(50_000)),
  ...anything("", " ", "   ", "\t\r\n", "\u0001\u001f\u007f", " a ", "💇‍♀️", "مرحبا \u202e\u200f", "\ud800", "\ufeffa", "e\u0301".repeat(40)),
  ...anything("-1", "99999999999999999999", "1e400", "null", "undefined", "' or 1=1; --", "%00", "../../etc/passwd", "${7*7}{{7*7}}"),
  ...anything(crypto.randomUUID(), "00000000-0000-0000-0000-000000000000", "not-a-uuid", "a@b", "ñ@ñ.co", "a@example.com "),
  ...anything("2026-02-30", "2026-13-01", "0000-01-01", "0001-01-01", "9999-12-31", "-2026-01-01", "2026-1-1"),
  ...anything("24:00", "23:59", "25:61", "00:00"),
];

// Whatever a client makes up; a real one is base64url of a JSON array.
const pageTokens = [
  "{}",
  "[]",
  "[1]",
  '["x"]',
  '["x","y"]',
  '["\\u0000"]',
  '["9999-12-31T23:59:59Z","x"]',
  '["275761-01-01T00:00:00Z","00000000-0000-0000-0000-000000000000"]',
  '["-271821-04-19T23:59:59Z","00000000-0000-0000-0000-000000000000"]',
  '["","",""]',
].flatMap((text) => anything(Buffer.from(text).toString("base64url")));

const numbers: Bad[] = [...missing, ...refused("x", "", {}, [], [1], true, 1.5, 1e300, "NaN", "Infinity"), ...anything(0, -1, "-1", 1e3)];
const int32s: Bad[] = [...refused(2 ** 31, -(2 ** 31) - 1, "99999999999999999999"), ...anything(2 ** 31 - 1, -(2 ** 31))];
const int64s: Bad[] = [
  ...refused("9223372036854775808", "-9223372036854775809"),
  ...anything("9223372036854775807", "-9223372036854775808", 2 ** 53, 1e15),
];
const booleans: Bad[] = [...missing, ...refused("true", 1, 0, {}, [], "")];
const enums: Bad[] = [...missing, ...refused("NO_SUCH_NAME", "", {}, [], 1.5, 99, -1, 2 ** 31), ...anything(0)];
// A name that is not known is read as no value, and this field may have none.
const optionalEnums = enums.map(({ value, never }): Bad => (typeof value === "string" || !never ? { value } : { value, never }));
const messages: Bad[] = [...missing, ...refused("x", 7, true, [], [{}]), ...anything({}, { unknown: { unknown: deep(2_000) } })];

const times: Bad[] = [
  ...missing,
  ...refused("", "x", 7, {}, [], true, "2026-13-01T10:00:00Z", "2026-06-01", "2026-06-01T25:00:00Z", "2026-06-01T10:00:00", "1e9"),
  ...refused("10000-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "-000001-01-01T00:00:00Z", long),
  ...anything("2026-02-30T10:00:00Z", "0001-01-01T00:00:00Z", "1969-12-31T23:59:59.999999999Z", "2020-01-01T00:00:00Z"),
  ...anything("9999-12-31T23:59:59.999999999Z", "2031-06-01T10:00:00.000000001Z", "2031-06-01T10:00:00+23:59", "2031-06-01T10:07:13Z"),
];

const lists: Bad[] = [...missing, ...refused("x", 7, {}, true, [null], [[]]), ...anything([])];
