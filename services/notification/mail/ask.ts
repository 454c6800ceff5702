import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Booking_Status, Cancellation_By, type Booking, type Line } from "@lacio/proto/booking/v1/booking_service";
import type { Profile } from "@lacio/proto/users/v1/users_service";
import type { App } from "../app.ts";
import { nameIn } from "../domain/notification.ts";
import { mailLocale, type Locale } from "../templates/format.ts";
import type { MailContext } from "../templates/layout.ts";
import type { Alternative, CancelledBy, CancelPolicy, Visit, VisitLinks } from "../templates/visit.ts";

// What mails are made of: what other services answer, in the terms of the templates.

export async function askContact(app: App, accountId: string): Promise<Profile> {
  return (await app.users.getContact({ accountId })).profile!;
}

export async function askBooking(app: App, bookingId: string): Promise<Booking> {
  return (await app.booking.getBooking({ bookingId })).booking!;
}

/** What every mail to this person needs. */
export const contextFor = (app: App, to: Profile): MailContext => ({
  locale: mailLocale(to.locale),
  salon: app.config.salon,
  recipientName: nameIn(to, to) ?? "",
  now: app.now(),
});

/** The visit from the booking's lines, whose names and prices were frozen when it was made. */
export const visitOf = (bookingId: string, lines: Line[]): Visit => ({
  bookingId,
  lines: lines.map(({ serviceName, serviceNameEn, staffName }) => ({ serviceName, serviceNameEn, stylistName: staffName })),
  start: startOf(lines),
  end: new Date(Math.max(...lines.map((line) => timestampDate(line.end!).getTime()))),
  price: lines.reduce((sum, line) => sum + line.price!.minorUnits, 0n),
});

export const startOf = (lines: Line[]): Date => new Date(Math.min(...lines.map((line) => timestampDate(line.start!).getTime())));

export const policyOf = ({ policy, freeUntil, lateRefund, movableUntil, refundIfCancelled }: Booking): CancelPolicy => ({
  freeUntilHours: policy!.freeUntilHours,
  freeUntil: freeUntil && timestampDate(freeUntil),
  lateRefund: lateRefund?.minorUnits,
  movable: movableUntil !== undefined,
  cancellable: refundIfCancelled !== undefined,
});

export const cancelledBy = (by: Cancellation_By): CancelledBy =>
  by === Cancellation_By.CLIENT ? "CLIENT" : by === Cancellation_By.STYLIST ? "STYLIST" : "SALON";

/** The stylists of these lines, each with their own lines. */
export const byStylist = (lines: Line[]): [staffId: string, lines: Line[]][] => [...Map.groupBy(lines, (line) => line.staffId)];

/** The pages about a visit, for the mails of its client. */
export function visitPages(app: App, to: Profile, bookingId: string): VisitLinks {
  const pages = pagesFor(app, mailLocale(to.locale));
  return { bookingUrl: pages.booking(bookingId), changeUrl: pages.change(bookingId), cancelUrl: pages.cancel(bookingId) };
}

/** The pages where the client of a lost visit answers; opening one only preselects the answer. */
export function answerPages(app: App, to: Profile, bookingId: string) {
  const { bookingUrl } = visitPages(app, to, bookingId);
  const page = (answer: string) => `${bookingUrl}?respuesta=${answer}`;
  return { acceptUrl: page("aceptar"), otherTimeUrl: page("otra-hora"), refundUrl: page("devolver") };
}

/** What the stylist wrote when the booking was lost by this loss; unknown when it was lost again since. */
export const reasonOfLoss = ({ loss }: Booking, lossId: string): string | undefined => (loss?.lossId === lossId ? loss.reason : undefined);

/** The page to book the same service again; the start page when it is no longer sold. */
export async function askBookAgain(app: App, to: Profile, lines: Line[]): Promise<string> {
  const pages = pagesFor(app, mailLocale(to.locale));
  const { services } = await app.staff.listServices({ pageSize: 200 });
  const sold = services.find(({ id, active }) => id === lines[0]?.serviceId && active);
  return sold ? pages.service(sold.id) : pages.start;
}

/** The free times nearest to these lines' start for the same service, and where to book each; none when it is no longer sold. */
export async function askAlternatives(app: App, to: Profile, [line]: Line[]): Promise<(Alternative & { url: string })[]> {
  const { serviceId, start, staffId } = line!;
  const { slots } = await app.availability.findAlternatives({ serviceId, start, staffId, limit: 3 });
  const pages = pagesFor(app, mailLocale(to.locale));
  return slots.map((slot) => {
    const at = timestampDate(slot.start!);
    return { start: at, stylistName: slot.staffName, url: pages.slot(serviceId, at.toISOString(), slot.staffId) };
  });
}

/** Until when a hold can still be paid, and where. */
export function toPay(app: App, to: Profile, { bookingId, status, expiresAt }: Booking): { until: Date; url: string } | undefined {
  if (status !== Booking_Status.PENDING_PAYMENT || !expiresAt) return undefined;
  return { until: timestampDate(expiresAt), url: pagesFor(app, mailLocale(to.locale)).pay(bookingId) };
}

/**
 * The web's pages that mails link to, in the reader's language. Their URLs hold no secret: who is not signed in signs in first and is
 * redirected back. Opening one (as link scanners do) changes nothing. Pages for people who are not signed in take a token (secret-links.ts).
 */
export function pagesFor({ config }: Pick<App, "config">, locale: Locale) {
  const page = (path: string) => new URL((locale === "en" ? "/en" : "") + path, config.publicUrl).href;
  return {
    booking: (id: string) => page(`/reservas/${id}`),
    change: (id: string) => page(`/reservas/${id}/cambiar`),
    cancel: (id: string) => page(`/reservas/${id}/cancelar`),
    pay: (id: string) => page(`/reservas/${id}/pagar`),
    service: (id: string) => page(`/reservar/${id}`),
    slot: (id: string, hour: string, staffId: string) => page(`/reservar/${id}?${new URLSearchParams({ hora: hour, con: staffId })}`),
    start: page("/"),
    signIn: page("/entrar"),
    forgotPassword: page("/olvide"),
    verifyEmail: page("/links/verify-email"),
    confirmEmail: page("/links/confirm-email"),
    setPassword: page("/links/set-password"),
    answer: page("/links/cita"),
  };
}
