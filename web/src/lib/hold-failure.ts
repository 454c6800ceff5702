import { m } from "#lib/paraglide/messages.js";

/** Why a slot could not be held, and what to do, in words; `reason` is the refusal's stable reason. */
export function holdFailure(reason: string): string {
  switch (reason) {
    case "slot_taken":
      return m.slot_taken();
    case "not_working_then":
      return m.not_working_then();
    case "skill_missing":
    case "staff_unknown":
      return m.skill_missing();
    case "service_unknown":
      return m.service_gone();
    case "start_in_past":
      return m.in_the_past();
    case "start_too_soon":
      return m.too_soon();
    case "start_too_far":
      return m.too_far_ahead();
    case "too_many_holds":
      return m.too_many_holds();
    case "servicio":
      return m.booking_away();
    default:
      return m.hold_failed();
  }
}
