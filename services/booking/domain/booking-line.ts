import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Terms } from "@lacio/proto/availability/v1/availability_service";
import { defineEntity, p } from "@mikro-orm/core";
import { busyParts, later, visitMinutes, type Busy, type Layout } from "./busy-parts.ts";

const BookingLineSchema = defineEntity({
  name: "BookingLine",
  tableName: "booking_line",
  properties: {
    bookingId: p.uuid().primary(),
    position: p.smallint().primary(),
    serviceId: p.uuid(),
    serviceName: p.string().length(80),
    staffId: p.uuid(),
    price: p.bigint(),
    currency: p.string().length(3),
    ivaPercent: p.smallint(),
    startsAt: p.datetime(),
    endsAt: p.datetime(),
    phases: p.json<Layout["phases"]>(),
    bufferMinutes: p.smallint(),
  },
});

/** One service of a visit, on the terms under which it was sold. */
export class BookingLine extends BookingLineSchema.class {
  static sell(bookingId: string, terms: Terms, staffId: string, start: Date): BookingLine {
    const line = Object.assign(new BookingLine(), {
      bookingId,
      position: 1,
      serviceId: terms.serviceId,
      serviceName: terms.serviceName,
      price: terms.price!.minorUnits,
      currency: terms.price!.currencyCode,
      ivaPercent: terms.ivaPercent,
    });
    line.place(terms, staffId, start);
    return line;
  }

  /** Puts the visit at a time; name, price and tax stay as they were sold. */
  place({ phases, bufferMinutes }: Layout, staffId: string, start: Date): void {
    this.staffId = staffId;
    this.phases = phases.map(({ name, minutes, busy }) => ({ name, minutes, busy }));
    this.bufferMinutes = bufferMinutes;
    this.startsAt = start;
    this.endsAt = later(start, visitMinutes(phases));
  }

  busy(): Busy[] {
    return busyParts(this, this.staffId, this.startsAt);
  }

  message() {
    const { serviceId, serviceName, staffId, ivaPercent } = this;
    return {
      serviceId,
      serviceName,
      staffId,
      ivaPercent,
      price: { currencyCode: this.currency, minorUnits: this.price },
      start: timestampFromDate(this.startsAt),
      end: timestampFromDate(this.endsAt),
    };
  }
}
BookingLineSchema.setClass(BookingLine);
