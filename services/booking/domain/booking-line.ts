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
    serviceNameEn: p.string().length(80),
    staffId: p.uuid(),
    staffName: p.string().length(100),
    price: p.bigint(),
    currency: p.string().length(3),
    ivaPercent: p.smallint(),
    startsAt: p.datetime(),
    endsAt: p.datetime(),
    phases: p.json<Layout["phases"]>(),
    bufferMinutes: p.smallint(),
  },
});

/** Who does it, under the name of that day. */
export type Stylist = { staffId: string; staffName: string };

/** One service of a visit, on the terms under which it was sold. */
export class BookingLine extends BookingLineSchema.class {
  static sell(bookingId: string, terms: Terms, stylist: Stylist, start: Date): BookingLine {
    const line = Object.assign(new BookingLine(), {
      bookingId,
      position: 1,
      serviceId: terms.serviceId,
      serviceName: terms.serviceName,
      serviceNameEn: terms.serviceNameEn,
      price: terms.price!.minorUnits,
      currency: terms.price!.currencyCode,
      ivaPercent: terms.ivaPercent,
      phases: terms.phases.map(({ name, minutes, busy }) => ({ name, minutes, busy })),
      bufferMinutes: terms.bufferMinutes,
    });
    line.place(stylist, start);
    return line;
  }

  /** Puts the visit at a time; everything else stays as it was sold. */
  place({ staffId, staffName }: Stylist, start: Date): void {
    this.staffId = staffId;
    this.staffName = staffName;
    this.startsAt = start;
    this.endsAt = later(start, visitMinutes(this.phases));
  }

  layout(): Layout {
    return { phases: this.phases, bufferMinutes: this.bufferMinutes };
  }

  busy(): Busy[] {
    return busyParts(this, this.staffId, this.startsAt);
  }

  message() {
    const { serviceId, serviceName, serviceNameEn, staffId, staffName, ivaPercent } = this;
    return {
      serviceId,
      serviceName,
      serviceNameEn,
      staffId,
      staffName,
      ivaPercent,
      price: { currencyCode: this.currency, minorUnits: this.price },
      start: timestampFromDate(this.startsAt),
      end: timestampFromDate(this.endsAt),
    };
  }
}
BookingLineSchema.setClass(BookingLine);
