import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { TimestampSchema, type Timestamp } from "@bufbuild/protobuf/wkt";
import type { SlotSchema } from "@lacio/proto/availability/v1/availability_service";
import type { Slot } from "../domain/calendar.ts";

export const showSlot = ({ start, end, staffId, staffName }: Slot): MessageInitShape<typeof SlotSchema> => ({
  start: timestamp(start),
  end: timestamp(end),
  staffId,
  staffName,
});

// Epoch minutes to a protobuf Timestamp.
const timestamp = (minute: number): Timestamp => create(TimestampSchema, { seconds: BigInt(minute) * 60n });
