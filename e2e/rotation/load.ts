import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { BookingService } from "@lacio/proto/booking/v1/booking_service";
import { PaymentsService } from "@lacio/proto/payments/v1/payments_service";
import type { System } from "@lacio/testkit/system";
import { clientFor, refusal, signUp, type SignedIn } from "@lacio/testkit/testing";
import { at, decide, openSalon } from "../salon.ts";
import type { replicasOf } from "./replicas.ts";

type Replicas = Awaited<ReturnType<typeof replicasOf>>;

/** People who use the system without a pause. What fails one of them is kept, and ends nobody's loop. */
export async function startLoad(system: System, auth: Replicas, payments: Replicas) {
  const failures: string[] = [];
  const done: Record<string, number> = {};
  const chains: { refreshToken: string }[] = [];
  const salon = await openSalon(system);
  let bookings = 0;

  function repeat(what: string, step: () => Promise<void>) {
    let goesOn = true;
    done[what] ??= 0;
    const over = (async () => {
      while (goesOn)
        await step().then(
          () => void done[what]!++,
          (error: Error) => void failures.push(`${what}: ${error.message}`),
        );
    })();
    return { stop: () => ((goesOn = false), over) };
  }

  const verified = async (token: string) => {
    const answer = await refusal(clientFor(BookingService, system, token).listBookings({}));
    if (answer !== "not refused") throw new Error(answer);
  };

  return {
    failures,
    done,
    chains,

    signIn: (person: SignedIn) =>
      repeat("sign in", async () => {
        const { accessToken } = await auth.call((around) => clientFor(AuthService, around).login(person));
        await verified(accessToken);
      }),

    /** Every answer is lost once: the same token is sent again, to the other replica. */
    async refresh(person: SignedIn) {
      const { refreshToken } = await auth.call((around) => clientFor(AuthService, around).login(person));
      const chain = { refreshToken };
      chains.push(chain);
      return repeat("refresh", async () => {
        const refresh = () => auth.call((around) => clientFor(AuthService, around).refresh(chain));
        const [lost, answer] = [await refresh(), await refresh()];
        if (lost.refreshToken !== answer.refreshToken) throw new Error("a lost answer's successor is another one");
        chain.refreshToken = answer.refreshToken;
        await verified(answer.accessToken);
      });
    },

    /** Somebody new each time registers, books and pays. */
    book: () =>
      repeat("book", async () => {
        const { accessToken } = await auth.call((around) => signUp(around));
        const start = at(1 + Math.floor(bookings / 12), `${String(8 + (bookings++ % 12)).padStart(2, "0")}:00`);
        const wish = { serviceId: salon.serviceId, staffId: salon.staffIds[0]!, desiredStart: timestampFromDate(start) };
        const { bookingId } = await clientFor(BookingService, system, accessToken).createBooking(wish);
        const { checkoutUrl } = await payments.call((around) =>
          clientFor(PaymentsService, around, accessToken).startPayment({ bookingId }),
        );
        await decide(checkoutUrl, "approve");
      }),
  };
}
