import type { DescField, DescMessage, JsonObject, JsonValue } from "@bufbuild/protobuf";
import { badValues } from "./values.ts";

export interface Case {
  /** As google.rpc.BadRequest writes it: "shifts[0].start". */
  path: string;
  field: DescField;
  value: JsonValue | undefined;
  body: JsonObject;
  /** It must be refused: no field of its kind takes such a value. */
  never: boolean;
  /** It is treated alike in all fields of its kind. */
  alike: boolean;
  /** The next value has the next number, and so has the same value of the next field: every n-th turn is of all fields and of all values. */
  turn: number;
}

/** Every field of the request, also inside of others, with every bad value, one at a time in an otherwise good request. */
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

/** What is no request at all. */
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
