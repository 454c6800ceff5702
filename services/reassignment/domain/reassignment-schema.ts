import type { Reassignment_State } from "@lacio/proto/reassignment/v1/reassignment_service";
import type { Layout } from "@lacio/salon/busy-parts";
import { defineEntity, p } from "@mikro-orm/core";
import type { Answer } from "./answer.ts";

export type State = Exclude<keyof typeof Reassignment_State, "STATE_UNSPECIFIED">;
/** Who does the visit after its outcome, and when; times are RFC 3339. */
export type Became = { staffId: string; staffName: string; start: string; end: string };
export type Outcome = Extract<State, "MOVED" | "RESCHEDULED" | "REFUNDED" | "KEPT">;

/** The phases and buffer that the visit was sold with. */
export type SoldAs = { phases: (Layout["phases"][number] & { name: string })[]; bufferMinutes: number };

/** The row of a reassignment; reassignment.ts gives it its behaviour. No person's words, nor a client's name or address, are in it. */
export const ReassignmentSchema = defineEntity({
  name: "Reassignment",
  tableName: "reassignment",
  properties: {
    // The booking's loss_id.
    id: p.uuid().primary(),
    bookingId: p.uuid(),
    clientId: p.uuid(),
    // The stylist who can't come.
    staffId: p.uuid(),
    staffName: p.string().length(100),
    serviceId: p.uuid(),
    serviceName: p.string().length(80),
    serviceNameEn: p.string().length(80),
    startsAt: p.datetime(),
    endsAt: p.datetime(),
    price: p.bigint(),
    currency: p.string().length(3),
    anyStaff: p.boolean(),
    soldAs: p.json<SoldAs>(),
    absenceId: p.uuid().nullable(),
    absenceSize: p.integer(),
    state: p.string().length(12).$type<State>(),
    // The last question to the client. It stays when its substitute is lost: the next question is then asked again.
    offerId: p.uuid().nullable(),
    offerStaffId: p.uuid().nullable(),
    offerStaffName: p.string().length(100).nullable(),
    offerPrice: p.bigint().nullable(),
    deadline: p.datetime(),
    // Substitutes who were lost, and those whom booking refused because its view is newer than the projection's.
    passedOver: p.array().columnType("uuid[]"),
    answer: p.json<Answer>().nullable(),
    openedAt: p.datetime(),
    settledAt: p.datetime().nullable(),
    // Null when it was refunded.
    became: p.json<Became>().nullable(),
  },
});

export type StoredReassignment = InstanceType<typeof ReassignmentSchema.class>;
