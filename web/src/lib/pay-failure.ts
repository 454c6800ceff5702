import { m } from "#lib/paraglide/messages.js";

/** Why a payment could not be started or a hold released, in words. */
export function payFailure(reason: string): string {
  switch (reason) {
    case "hold_expired":
      return m.hold_over_title();
    case "pagos":
      return m.payments_away();
    case "servicio":
      return m.service_away();
    default:
      return m.pay_failed();
  }
}
