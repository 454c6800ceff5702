import { getOption, ScalarType, type DescField } from "@bufbuild/protobuf";
import type { JsonValue } from "@bufbuild/protobuf";
import { field as rules } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";

/**
 * A bad value for a field. `never`: invalid in every field of its kind. `alike`: the same code handles it in every field of its kind, because
 * it does not decode as that kind, or because the field accepts any text.
 */
export type Bad = { value: JsonValue | undefined; never?: true; alike?: true };

/** The values to try in a field, by its kind. */
export function badValues(field: DescField): Bad[] {
  if (field.fieldKind === "list") return lists;
  if (field.fieldKind === "message") return field.message.typeName === "google.protobuf.Timestamp" ? times : messages;
  if (field.fieldKind === "enum") return field.proto.proto3Optional ? optionalEnums : enums;
  if (field.fieldKind !== "scalar") throw new Error(`No bad values for the map ${field.name} yet.`);
  if (field.scalar === ScalarType.STRING) return field.name === "page_token" ? [...strings, ...pageTokens] : stringsFor(field);
  if (field.scalar === ScalarType.BOOL) return booleans;
  return field.scalar === ScalarType.INT64 ? [...numbers, ...int64s] : [...numbers, ...int32s];
}

const anything = (...values: JsonValue[]): Bad[] => values.map((value) => ({ value }));
const refused = (...values: JsonValue[]): Bad[] => values.map((value) => ({ value, never: true }));
const misread = (...values: JsonValue[]): Bad[] => values.map((value) => ({ value, never: true, alike: true }));
const missing: Bad[] = [{ value: undefined }, { value: null }];
const deep = (depth: number): JsonValue => JSON.parse("[".repeat(depth) + "]".repeat(depth)) as JsonValue;
const long = "x".repeat(100_000);

// For a field without a format rule, only with a length.
const stringsFor = (field: DescField): Bad[] =>
  takesAnyText(field) ? strings.map((bad) => (bad.never ? bad : { ...bad, alike: true })) : strings;

function takesAnyText(field: DescField): boolean {
  const { type } = getOption(field, rules);
  return (
    type.case !== "string" || (!type.value.wellKnown.case && !type.value.pattern && !type.value.$unknown && type.value.in.length === 0)
  );
}

const strings: Bad[] = [
  ...missing,
  ...misread(7, -0.5, true, {}, { value: "x" }, [], ["x"], deep(1_000)),
  ...refused(long, "\0", "a\0b", "ñ".repeat(50_000)),
  ...anything("", " ", "   ", "\t\r\n", "\u0001\u001f\u007f", " a ", "💇‍♀️", "مرحبا \u202e\u200f", "\ud800", "\ufeffa", "e\u0301".repeat(40)),
  ...anything("-1", "99999999999999999999", "1e400", "null", "undefined", "' or 1=1; --", "%00", "../../etc/passwd", "${7*7}{{7*7}}"),
  ...anything(crypto.randomUUID(), "00000000-0000-0000-0000-000000000000", "not-a-uuid", "a@b", "ñ@ñ.co", "a@b.c "),
  ...anything(
    "2026-02-30",
    "2026-13-01",
    "0000-01-01",
    "0001-01-01",
    "1999-12-31",
    "2200-01-01",
    "9999-12-31",
    "10000-01-01",
    "-2026-01-01",
    "2026-1-1",
  ),
  ...anything("24:00", "23:59", "25:61", "00:00"),
];

// Forged page tokens. A real one is base64url of a JSON array of its list's sort keys: names, times, ids. Each bad part is tried at each
// position beside valid ones, so that every list gets a token with one wrong part.
const parts: JsonValue[] = [
  ...["x", "", "\0", 1, null, "2031-06-01T10:00:00.000Z", "2031-06-01", "9999-12-31T23:59:59.999Z", "2031-02-30T10:00:00.000Z"],
  ...["0000-01-01T00:00:00.000Z", "-000001-01-01T00:00:00.000Z", "+010000-01-01T00:00:00.000Z", "+275760-01-01T00:00:00.000Z"],
  ...["00000000-0000-0000-0000-000000000000", "{00000000-0000-0000-0000-000000000000}", "\ud800", "infinity", "now"],
];
const pageTokens = [
  ...["{}", "[]", '["x","y","z"]', "[", ""],
  ...parts.map((part) => JSON.stringify([part])),
  ...parts.map((part) => JSON.stringify([part, "00000000-0000-0000-0000-000000000000"])),
  ...parts.map((part) => JSON.stringify(["2031-06-01T10:00:00.000Z", part])),
].flatMap((text) => anything(Buffer.from(text).toString("base64url")));

const numbers: Bad[] = [...missing, ...misread("x", "", {}, [], [1], true, 1.5, 1e300, "NaN", "Infinity"), ...anything(0, -1, "-1", 1e3)];
const int32s: Bad[] = [...misread(2 ** 31, -(2 ** 31) - 1, "99999999999999999999"), ...anything(2 ** 31 - 1, -(2 ** 31))];
const int64s: Bad[] = [
  ...misread("9223372036854775808", "-9223372036854775809"),
  ...anything("9223372036854775807", "-9223372036854775808", 2 ** 53, 1e15),
];
const booleans: Bad[] = [...missing, ...misread("true", 1, 0, {}, [], "")];
const enums: Bad[] = [...missing, ...misread("NO_SUCH_NAME", "", {}, [], 1.5, 2 ** 31), ...refused(99, -1), ...anything(0)];
// An unknown name decodes as absent, which an optional field allows.
const optionalEnums = enums.map((bad): Bad => (typeof bad.value === "string" ? { value: bad.value } : bad));
const messages: Bad[] = [...missing, ...misread("x", 7, true, [], [{}]), ...anything({}, { unknown: { unknown: deep(2_000) } })];

const times: Bad[] = [
  ...missing,
  ...misread("", "x", 7, {}, [], true, "2026-13-01T10:00:00Z", "2026-06-01", "2026-06-01T25:00:00Z", "2026-06-01T10:00:00", "1e9"),
  ...refused("10000-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "-000001-01-01T00:00:00Z", long),
  ...anything("2026-02-30T10:00:00Z", "0001-01-01T00:00:00Z", "1969-12-31T23:59:59.999999999Z", "2020-01-01T00:00:00Z"),
  ...anything("9999-12-31T23:59:59.999999999Z", "2031-06-01T10:00:00.000000001Z", "2031-06-01T10:00:00+23:59", "2031-06-01T10:07:13Z"),
];

const lists: Bad[] = [...missing, ...misread("x", 7, {}, true, [null], [[]]), ...anything([])];
