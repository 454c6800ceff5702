/// <reference lib="dom" />
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { atProvider } from "@lacio/stripe-sandbox/testing/at-provider";
import type { System } from "@lacio/testkit/system";
import { asService, clientFor, signUp, until, type SignedIn } from "@lacio/testkit/testing";
import { AuthService, IssueLinkTokenRequest_Purpose as Purpose } from "@lacio/proto/auth/v1/auth_service";
import { AvailabilityService } from "@lacio/proto/availability/v1/availability_service";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { bookings, pay, payments, zone } from "../salon.ts";
import type { Page } from "./browser.ts";
import { lostStops } from "./lost-stops.ts";
import { press, type Stop } from "./stop.ts";
import { heldBooking, paidBooking, signedIn } from "./world.ts";

/** Every screen of the web in its states, with the data that they need. */
export async function tour(system: System): Promise<{ stops: Stop[]; signIn: (page: Page, who: Stop["who"]) => Promise<void> }> {
  const [client, newcomer] = [
    await signUp(system, { name: "Sara Ñáñez", email: "sara@example.com" }),
    await signUp(system, { name: "Ana Peña", email: "ana@example.com" }),
  ];
  const stylist = await stylistOf(system);
  const confirmed = await paidBooking(system, client, { skip: 3 });
  const cancelled = await paidBooking(system, client, { service: "Keratina", skip: 5 });
  await bookings(system, client).cancelBooking({ bookingId: cancelled });
  const declined = await heldBooking(system, client, { service: "Nano alisado", skip: 2 });
  await pay(system, client, declined, "decline");
  const held = await heldBooking(system, client, { skip: 8 });
  const { crossed, crossing } = await crossingHour(system, client);
  const partly = await paidBooking(system, client, { skip: 14 });
  await refundedThere(system, client, partly);
  const owed = await paidBooking(system, client, { service: "Keratina", skip: 16 });
  await refundedThere(system, client, owed, "and the bank sends it back");
  const asNotification = clientFor(AuthService, system, asService("notification", system));
  const { token } = await asNotification.issueLinkToken({ accountId: newcomer.id, purpose: Purpose.RESET_PASSWORD });
  const { token: verify } = await asNotification.issueLinkToken({ accountId: newcomer.id, purpose: Purpose.VERIFY_EMAIL });

  const change = { email: "sara.nanez@example.com", password: client.password };
  await clientFor(AuthService, system, client.accessToken).changeEmail(change);
  const { token: newEmail } = await asNotification.issueLinkToken({ accountId: client.id, purpose: Purpose.CHANGE_EMAIL });

  const stops: Stop[] = [
    { name: "inicio", who: "visitor", path: "/" },
    { name: "inicio-con-repetir", who: "client", path: "/" },
    { name: "horas", who: "visitor", path: "/reservar/alisado-corto" },
    { name: "horas-nombre-largo", who: "visitor", path: "/reservar/alisado-medio" },
    { name: "horas-elegida", who: "client", path: "/reservar/alisado-corto?otra=1" },
    { name: "horas-ocupada", who: "visitor", path: "/reservar/alisado-corto?falla=slot_taken&hora=2027-01-04T15:00:00Z" },
    { name: "horas-sin-elegir", who: "visitor", path: "/reservar/keratina", then: (page) => press(page, /Continuar|Continue/) },
    { name: "horas-ya-apartada", who: "client", path: `${crossing}&pregunta=otra` },
    { name: "horas-se-cruza", who: "client", path: `${crossing}&pregunta=${crossed}` },
    { name: "registro", who: "visitor", path: "/registro" },
    { name: "registro-errores", who: "visitor", path: "/registro", then: (page) => submitEmpty(page) },
    { name: "entrar", who: "visitor", path: "/entrar" },
    { name: "entrar-errores", who: "visitor", path: "/entrar", then: (page) => submitEmpty(page) },
    { name: "olvide", who: "visitor", path: "/olvide" },
    { name: "nueva-clave", who: "visitor", path: `/links/set-password?token=${token}` },
    { name: "confirmar-correo", who: "visitor", path: `/links/verify-email?token=${verify}` },
    { name: "confirmar-correo-nuevo", who: "visitor", path: `/links/confirm-email?token=${newEmail}` },
    { name: "confirmar-correo-nuevo-vencido", who: "visitor", path: "/links/confirm-email" },
    { name: "revisar-y-pagar", who: "client", path: `/reservas/${held}/pagar` },
    { name: "pago-cancelado", who: "client", path: `/reservas/${held}/pagar?pago=cancelado` },
    { name: "pago-rechazado", who: "client", path: `/reservas/${declined}/pagar` },
    { name: "esperando-pago", who: "client", path: `/reservas/${held}/espera` },
    { name: "lista", who: "client", path: `/reservas/${confirmed}?lista=1` },
    { name: "cita-confirmada", who: "client", path: `/reservas/${confirmed}` },
    { name: "cita-cancelada", who: "client", path: `/reservas/${cancelled}` },
    { name: "cita-devuelta-en-parte", who: "client", path: `/reservas/${partly}` },
    { name: "cita-sin-su-devolucion", who: "client", path: `/reservas/${owed}` },
    { name: "cancelar-devuelta-en-parte", who: "client", path: `/reservas/${partly}/cancelar` },
    { name: "cancelar", who: "client", path: `/reservas/${confirmed}/cancelar` },
    { name: "cambiar", who: "client", path: `/reservas/${confirmed}/cambiar` },
    ...(await lostStops(system, client)),
    { name: "mis-citas", who: "client", path: "/reservas" },
    { name: "mis-citas-vacia", who: "newcomer", path: "/reservas" },
    { name: "cuenta", who: "client", path: "/cuenta" },
    { name: "cuenta-clave-cambiada", who: "client", path: "/cuenta?aviso=clave" },
    { name: "cambiar-clave", who: "client", path: "/cuenta/clave" },
    { name: "cambiar-clave-errores", who: "client", path: "/cuenta/clave", then: (page) => submitEmpty(page) },
    { name: "cambiar-correo", who: "client", path: "/cuenta/correo" },
    { name: "cambiar-correo-errores", who: "client", path: "/cuenta/correo", then: (page) => submitEmpty(page) },
    { name: "cambiar-correo-enviado", who: "newcomer", path: "/cuenta/correo", then: (page) => askForEmail(page) },
    { name: "otra-cuenta", who: "client", path: "/otra-cuenta" },
    { name: "borrar-cuenta", who: "newcomer", path: "/cuenta/borrar" },
    { name: "privacidad", who: "visitor", path: "/privacidad" },
    { name: "no-existe", who: "visitor", path: "/no-existe", status: 404 },
    { name: "no-es-para-ti", who: "stylist", path: "/reservas", status: 403 },
  ];
  const people = { client, newcomer, stylist };
  return {
    stops,
    async signIn(page, who) {
      await page.context().clearCookies();
      if (who !== "visitor") await signedIn(page.context(), system, people[who]);
    },
  };
}

/** A visit of the client, and the URL of a free hour that overlaps it. */
async function crossingHour(system: System, client: SignedIn): Promise<{ crossed: string; crossing: string }> {
  const { services } = await clientFor(StaffService, system).listServices({ pageSize: 200 });
  const serviceId = services.find(({ name }) => name === "Alisado corto")!.id;
  const date = Temporal.Now.plainDateISO(zone).add({ days: 12 }).toString();
  const { slots } = await clientFor(AvailabilityService, system).getAvailability({ serviceId, date, toDate: date });
  const [first] = slots;
  const other = slots.find(
    ({ staffId, start }) => staffId !== first!.staffId && start!.seconds > first!.start!.seconds && start!.seconds < first!.end!.seconds,
  )!;
  const { bookingId } = await bookings(system, client).createBooking({ serviceId, staffId: first!.staffId, desiredStart: first!.start });
  const hora = timestampDate(other.start!).toISOString();
  return { crossed: bookingId, crossing: `/reservar/alisado-corto?${new URLSearchParams({ dia: date, con: other.staffId, hora })}` };
}

/** A third is refunded in the provider's dashboard. */
async function refundedThere(system: System, client: SignedIn, bookingId: string, then?: "and the bank sends it back"): Promise<void> {
  const there = atProvider(system);
  const payment = async () => (await payments(system, client).listPayments({ bookingId })).payments[0]!;
  const { paymentId } = await payment();
  const { id, amount } = await there.refund(paymentId, 6_000_000n);
  const refunded = async () => Number((await bookings(system, client).getBooking({ bookingId })).booking!.refunded!.minorUnits);
  await until(async () => (await refunded()) === amount);
  if (!then) return;
  await there.bank(`/refunds/${id}/fail`);
  await until(async () => (await refunded()) === 0);
}

async function stylistOf(system: System): Promise<SignedIn> {
  const account = { name: "Valentina Ríos", email: "valentina@lacio.test", password: "lacio-demo-2026" };
  const { user, accessToken, refreshToken } = await clientFor(AuthService, system).login(account);
  return { ...account, id: user!.id, accessToken, refreshToken };
}

/** Three times an hour; then the page says that it is too often. */
async function askForEmail(page: Page): Promise<void> {
  await page.locator('input[name="email"]').fill(`${crypto.randomUUID()}@example.com`);
  await page.locator('input[name="password"]').fill("una clave larga");
  await page.locator("main form button[type=submit]").click();
  await page.getByRole("alert").first().waitFor();
}

/** Bypasses the browser's validation, so that the server's messages are shown. */
async function submitEmpty(page: Page): Promise<void> {
  await page.evaluate(() => document.querySelectorAll("form").forEach((form) => (form.noValidate = true)));
  await page.locator("main form button[type=submit]").first().click();
  await page.getByRole("alert").first().waitFor();
}
