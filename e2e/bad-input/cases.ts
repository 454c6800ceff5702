import type { DescField, DescMessage, JsonObject, JsonValue } from "@bufbuild/protobuf";
import { badValues } from "./values.ts";

export interface Case {
  /** As google.rpc.BadRequest writes it: "shifts[0].start". */
  path: string;
  field: DescField;
  value: JsonValue | undefined;
  body: JsonObject;
  /** Must be refused: invalid in every field of its kind. */
  never: boolean;
  /** Handled by the same code in all fields of its kind. */
  alike: boolean;
  /** A running number over values and fields: every n-th one covers all fields and, over the fields, all values. */
  turn: number;
}

/** Every field of the request, nested ones too, with every bad value, one at a time in an otherwise valid request. */
export function* casesOf(input: DescMessage, good: JsonObject): Generator<Case> {
  for (const field of input.fields) {
    const { jsonName } = field;
    const first = fieldsSoFar++;
    for (const [i, { value, never = false, alike = false }] of badValues(field).entries())
      yield { path: jsonName, field, value, never, alike, turn: first + i, body: { ...good, [jsonName]: value! } };
    const inside = good[jsonName];
    if (field.fieldKind === "list") yield* casesOfList(field, good, (inside as JsonValue[] | undefined) ?? []);
    else if (field.message && isObject(inside))
      for (const one of casesOf(field.message, inside))
        yield { ...one, path: `${jsonName}.${one.path}`, body: { ...good, [jsonName]: one.body } };
  }
}

let fieldsSoFar = 0;

function* casesOfList(field: DescField & { fieldKind: "list" }, good: JsonObject, [first]: JsonValue[]): Generator<Case> {
  if (first === undefined) return;
  const { jsonName: path } = field;
  const listed = (value: JsonValue[], never: boolean): Case => ({
    path,
    field,
    value,
    never,
    alike: false,
    turn: 0,
    body: { ...good, [path]: value },
  });
  yield listed([first, first], false);
  yield listed(Array<JsonValue>(10_000).fill(first), true);
  if (field.listKind === "message" && isObject(first))
    for (const one of casesOf(field.message, first))
      yield { ...one, path: `${path}[0].${one.path}`, body: { ...good, [path]: [one.body] } };
  if (field.listKind === "scalar")
    for (const value of ["", "x", "\0", 7, {}, null, crypto.randomUUID()])
      yield listed([value], typeof value !== "string" || value === "\0");
  if (field.listKind === "enum") for (const value of [99, 0, {}, null]) yield listed([value], value !== 0);
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Bodies that are no request. */
export const notRequests: (string | Buffer)[] = [
  "",
  "{",
  "[]",
  "null",
  '"x"',
  "7",
  "[".repeat(50_000),
  Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
  Buffer.alloc(1_000),
  `{"x":"${"x".repeat(2_000_000)}"}`,
];
