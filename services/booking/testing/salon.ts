import { create } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { fact, type Fact } from "@lacio/chassis/fact";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { AvailabilityService, TermsSchema } from "@lacio/proto/availability/v1/availability_service";
import { AlternativesSchema, BookingService } from "@lacio/proto/booking/v1/booking_service";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import { ErrorInfoSchema } from "@lacio/proto/google/rpc/error_details";
import { PaymentSucceededSchema } from "@lacio/proto/payments/v1/events";
import { startPublisher } from "@lacio/testkit/publisher";
import { standIn } from "@lacio/testkit/stand-in";
import { startSystem } from "@lacio/testkit/system";
import { adminToken, asService, clientFor, signIn, sql } from "@lacio/testkit/testing";

export const minute = 60_000;
export const hour = 60 * minute;

const price = { currencyCode: "COP", minorUnits: 18_000_000n };
const phase = (minutes: number, busy = true) => ({ name: busy ? "trabajar" : "reposar", minutes, busy });

/** What the salon of these tests sells. */
export const short = { serviceId: crypto.randomUUID(), serviceName: "Alisado corto", price, ivaPercent: 19, phases: [phase(60)] };
export const withPause = {
  serviceId: crypto.randomUUID(),
  serviceName: "Alisado largo",
  price,
  ivaPercent: 19,
  phases: [phase(60), phase(60, false), phase(30)],
};
/** The stylist comes in an hour after the client. */
export const startsAlone = {
  serviceId: crypto.randomUUID(),
  serviceName: "Exposición",
  price,
  ivaPercent: 19,
  phases: [phase(60, false), phase(60)],
};
const sold = [short, withPause, startsAlone].map((terms) => create(TermsSchema, terms));

export type Salon = Awaited<ReturnType<typeof openSalon>>;

/**
 * Auth and booking on real servers, and a stand-in for availability that finds everybody free at any hour, like a projection that lags in a
 * stampede: booking's constraint alone decides.
 */
export async function openSalon(dir: string, env: Record<string, string> = {}) {
  const stylists = new Set<string>();
  const view = { reason: "" };
  const availability = await serveAvailability(stylists, view);
  const system = await startSystem({
    dir,
    services: ["auth", "booking"],
    edge: false,
    stripe: false,
    fsync: false,
    serviceEnv: { booking: { AVAILABILITY_URL: availability.url, ...env } },
  });
  const others = await startPublisher(system.urls.nats!);
  let days = 0;
  return {
    system,
    /** With a reason, the stand-in for availability finds nobody. */
    view,
    async hireStylist() {
      const account = { email: `${crypto.randomUUID()}@example.com`, password: "una clave larga", name: "Sofía", phone: "", locale: "es" };
      const auth = clientFor(AuthService, system, asService("staff", system));
      const { user } = await auth.createAccount({ ...account, role: Caller_Role.STYLIST });
      stylists.add(user!.id);
      return { id: user!.id, token: await signIn(system, account) };
    },
    dismiss: (id: string) => stylists.delete(id),
    as: (token?: string) => clientFor(BookingService, system, token),
    /** Booking's RPCs, called by the service that asks the clients. */
    reassignment: () => clientFor(BookingService, system, asService("reassignment", system)),
    /** Publishes another service's fact, as its owner does; with the same id it is a redelivery. */
    publish: (told: Fact, id?: string) => others.publish(told, id),
    admin: async () => clientFor(BookingService, system, await adminToken(system)),
    sql: <Row = Record<string, unknown>>(text: string, values?: unknown[]) => sql<Row>(system, "booking", text, values),
    /** A full hour on a day that no other test of this salon uses. */
    freshDay: () => new Date(Math.ceil(Date.now() / hour) * hour + ++days * 24 * hour + 48 * hour),
    /** Publishes payments.succeeded, as payments does. */
    async pay(payment: { bookingId: string; paymentId?: string; minorUnits?: bigint }, id?: string) {
      const { bookingId, paymentId = crypto.randomUUID(), minorUnits = price.minorUnits } = payment;
      const told = { bookingId, paymentId, amount: { ...price, minorUnits }, succeededAt: timestampFromDate(new Date()) };
      return { eventId: await others.publish(fact(PaymentSucceededSchema, paymentId, told), id), paymentId };
    },
    async close() {
      await others.stop();
      await system.stop();
      await availability.stop();
    },
  };
}

function serveAvailability(stylists: Set<string>, view: { reason: string }) {
  return standIn(AvailabilityService, {
    findCandidates(req) {
      const terms = sold.find((one) => one.serviceId === req.serviceId);
      if (!terms) return { reason: "service_unknown" };
      if (req.staffId && !stylists.has(req.staffId)) return { terms, reason: "staff_unknown" };
      if (view.reason) return { terms, reason: view.reason };
      return { terms, candidates: (req.staffId ? [req.staffId] : [...stylists]).map((staffId) => ({ staffId })) };
    },
    findAlternatives(req) {
      const start = timestampDate(req.start!).getTime();
      const at = (index: number) => ({
        start: timestampFromDate(new Date(start + index * 30 * minute)),
        end: timestampFromDate(new Date(start + index * 30 * minute + hour)),
        staffId: req.staffId || [...stylists][0]!,
        staffName: "Sofía",
      });
      return { slots: Array.from({ length: req.limit }, (_, index) => at(index + 1)) };
    },
  });
}

/** `outcome`, retried while the call ends unavailable: under load it may wait in vain for a connection of the pool or for a peer. */
export async function answer<T>(call: () => Promise<T>) {
  for (let attempt = 1; ; attempt++) {
    const ended = await outcome(call());
    if (attempt === 20 || !["Unavailable", "DeadlineExceeded"].includes(ended.code ?? "")) return ended;
  }
}

/** The number of calls by reason. */
export const tally = (outcomes: { reason: string }[]): Record<string, number> =>
  Object.fromEntries(Object.entries(Object.groupBy(outcomes, ({ reason }) => reason)).map(([reason, all]) => [reason, all!.length]));

/** How a call ended: "ok" or the reason, with what the refusal offers. */
export async function outcome<T>(call: Promise<T>) {
  try {
    return { reason: "ok", value: await call, code: undefined, alternatives: [] };
  } catch (thrown) {
    const error = ConnectError.from(thrown);
    const [info] = error.findDetails(ErrorInfoSchema);
    const [offer] = error.findDetails(AlternativesSchema);
    return {
      reason: info?.reason ?? `? ${error.message}`,
      value: undefined,
      code: Code[error.code],
      alternatives: offer?.alternatives ?? [],
    };
  }
}
