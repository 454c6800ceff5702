import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Terms } from "@lacio/proto/availability/v1/availability_service";
import type { LineSchema } from "@lacio/proto/booking/v1/booking_service";
import type { Phase } from "@lacio/proto/staff/v1/staff_service";
import { busyParts as busyMinutes, visitMinutes } from "@lacio/salon/busy-parts";
import { defineEntity, p } from "@mikro-orm/core";

export type Layout = { phases: Pick<Phase, "name" | "minutes" | "busy">[]; bufferMinutes: number };

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

/** Who does it; the name is stored as it was then. */
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

  /** Sets stylist and time; the terms stay as they were sold. */
  place({ staffId, staffName }: Stylist, start: Date): void {
    this.staffId = staffId;
    this.staffName = staffName;
    this.startsAt = start;
    this.endsAt = later(start, visitMinutes(this.phases));
  }

  layout(): Layout {
    return { phases: this.phases, bufferMinutes: this.bufferMinutes };
  }

  busy(staffId = this.staffId): Busy[] {
    return busyParts(this, staffId, this.startsAt);
  }
}
BookingLineSchema.setClass(BookingLine);

export function showLine(line: BookingLine): MessageInitShape<typeof LineSchema> {
  const { serviceId, serviceName, serviceNameEn, staffId, staffName, ivaPercent } = line;
  return {
    ...{ serviceId, serviceName, serviceNameEn, staffId, staffName, ivaPercent },
    price: showMoney(line, line.price),
    start: timestampFromDate(line.startsAt),
    end: timestampFromDate(line.endsAt),
  };
}

export const showMoney = ({ currency }: { currency: string }, minorUnits: bigint) => ({ currencyCode: currency, minorUnits });

/** When one stylist is busy; half-open: the end is free again. */
export type Busy = { staffId: string; start: Date; end: Date };

/** The stylist's busy parts of a visit with this layout and start. */
export function busyParts(layout: Layout, staffId: string, start: Date): Busy[] {
  const minutes = busyMinutes(layout);
  const parts = Array.from({ length: minutes.length / 2 }, (_, i) => [minutes[2 * i]!, minutes[2 * i + 1]!] as const);
  return parts.map(([from, to]) => ({ staffId, start: later(start, from), end: later(start, to) }));
}

export const later = (time: Date, minutes: number): Date => new Date(time.getTime() + minutes * 60_000);
