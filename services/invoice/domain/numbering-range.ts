import { invalid } from "@lacio/chassis/errors";
import type { CreateNumberingRangeRequest } from "@lacio/proto/invoice/v1/invoice_service";
import { NumberingRange_Kind } from "@lacio/proto/invoice/v1/invoice_service";
import { defineEntity, p, Type } from "@mikro-orm/core";
import { v7 as uuidv7 } from "uuid";
import type { DocumentKind } from "./invoice.ts";

// Read as text: a Date would add an hour and a zone, in which the day may be another one.
class Day extends Type<string, string> {
  override getColumnType = () => "date";
  override convertToJSValueSQL = (column: string) => `${column}::text`;
}

const NumberingRangeSchema = defineEntity({
  name: "NumberingRange",
  tableName: "numbering_range",
  properties: {
    id: p.uuid().primary(),
    kind: p.string().length(11).$type<DocumentKind>(),
    resolution: p.string().length(20),
    prefix: p.string().length(4),
    fromNumber: p.bigint(),
    toNumber: p.bigint(),
    nextNumber: p.bigint(),
    validFrom: p.type(Day).$type<string>(),
    validUntil: p.type(Day).$type<string>(),
    createdAt: p.datetime(),
  },
});

/** A run of numbers that the tax authority has authorised; credit notes have a series of their own. */
export class NumberingRange extends NumberingRangeSchema.class {
  static open(form: Omit<CreateNumberingRangeRequest, "$typeName">, now: Date): NumberingRange {
    const [validFrom, validUntil] = [realDay("validFrom", form.validFrom), realDay("validUntil", form.validUntil)];
    if (validUntil < bogotaDay(now)) throw invalid("validUntil", "is in the past");
    return Object.assign(new NumberingRange(), {
      id: uuidv7(),
      kind: NumberingRange_Kind[form.kind] as DocumentKind,
      resolution: form.resolution,
      prefix: form.prefix,
      fromNumber: form.fromNumber,
      toNumber: form.toNumber,
      nextNumber: form.fromNumber,
      validFrom,
      validUntil,
      createdAt: now,
    });
  }
}
NumberingRangeSchema.setClass(NumberingRange);

// The request's pattern also matches days that do not exist, such as 2026-02-30.
function realDay(field: string, day: string): string {
  try {
    if (Temporal.PlainDate.from(day, { overflow: "reject" }).year >= 2000) return day;
  } catch {
    // falls through to the refusal
  }
  throw invalid(field, "is not a day since 2000-01-01");
}

// Validity counts by days in Colombia, wherever the server is.
const bogotaDay = (instant: Date): string =>
  Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO("America/Bogota").toPlainDate().toString();
