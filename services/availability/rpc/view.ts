import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { TimestampSchema, type Timestamp } from "@bufbuild/protobuf/wkt";
import type { SlotSchema, TermsSchema } from "@lacio/proto/availability/v1/availability_service";
import type { Service, Slot } from "../domain/calendar.ts";

/** Minutes since 1970 as the contract's time. */
export const timestamp = (minute: number): Timestamp => create(TimestampSchema, { seconds: BigInt(minute) * 60n });

export const slotView = ({ start, end, staffId, staffName }: Slot): MessageInitShape<typeof SlotSchema> => ({
  start: timestamp(start),
  end: timestamp(end),
  staffId,
  staffName,
});

export const offerView = ({ slots, firstFree }: { slots: Slot[]; firstFree?: Slot }) => ({
  slots: slots.map(slotView),
  firstFree: firstFree && slotView(firstFree),
});

export const termsView = ({
  id,
  name,
  nameEn,
  price,
  ivaPercent,
  phases,
  bufferMinutes,
}: Service): MessageInitShape<typeof TermsSchema> => ({
  serviceId: id,
  serviceName: name,
  serviceNameEn: nameEn,
  price: { currencyCode: price.currencyCode, minorUnits: BigInt(price.minorUnits) },
  ivaPercent,
  phases,
  bufferMinutes,
});
