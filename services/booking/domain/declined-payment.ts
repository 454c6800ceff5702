import { fact, type Fact } from "@lacio/chassis/fact";
import { BookingPaymentDeclinedSchema } from "@lacio/proto/booking/v1/events";

/** The money must go back in full. */
export const declinedPayment = (bookingId: string, clientId: string, paymentId: string, reason: string): Fact =>
  fact(BookingPaymentDeclinedSchema, bookingId, { bookingId, clientId, paymentId, reason });
