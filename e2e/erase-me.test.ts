import { randomInt } from "node:crypto";
import { beforeAll, expect, test } from "@jest/globals";
import { adminToken, clientFor, mails, refusal, sharedSystem, signUp, sql, until, type SignedIn } from "@lacio/testkit/testing";
import { placesOf, type Texts } from "@lacio/testkit/testing/places-of";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { UsersService } from "@lacio/proto/users/v1/users_service";
import { invoicesOf } from "./invariants.ts";
import { provider } from "./provider.ts";
import { quiet } from "./quiet.ts";
import { reasonOf, rest, type Rest } from "./rest.ts";
import { at, decide, ensureNumbering, openSalon, type Salon } from "./salon.ts";

const system = sharedSystem();
const auth = clientFor(AuthService, system);
let salon: Salon;
let admin: Rest;

beforeAll(async () => {
  await ensureNumbering(system);
  salon = await openSalon(system);
  admin = rest(system, await adminToken(system));
});

const password = "una clave larga";
const unique = (what: string) => `${what} ${crypto.randomUUID()}`;
const digits = () => `3${randomInt(1e8, 1e9)}`;
/** All that a client tells, and what others write about the client. */
const newTexts = () => ({
  ...{ name: unique("Ana"), email: `${crypto.randomUUID()}@example.com`, phone: digits(), document: digits() },
  ...{ newEmail: `${crypto.randomUUID()}@example.com`, browser: unique("Navegador"), key: unique("clave") },
  ...{ reason: unique("me operan"), comment: unique("divino"), loss: unique("Ana, tengo gripe"), courtesy: unique("para Ana") },
  ...{ payerName: unique("Titular"), payerEmail: `${crypto.randomUUID()}@example.com`, payerPhone: digits(), payerStreet: unique("Calle") },
});
type Told = ReturnType<typeof newTexts>;

// Tax law requires them as they were issued (docs/adr/0010).
const ofTheInvoice = ["client: document", "client: email", "client: name"].map((text) => `invoice.invoice.${text}`);
const ofItsFile = ["document", "email", "name"].map((name) => `invoice.invoice_file.json: ${name}`);
const legal = [...ofTheInvoice, ...ofItsFile];

test("a client who is erased is found nowhere but on their invoices, can't come back, and may begin anew", async () => {
  const told = newTexts();
  const ana = await signUp(system, told);
  const edge = rest(system, ana.accessToken);
  await tellEverything(ana, edge, told);
  const before = await placesOf(system, told);
  expect(tablesIn(before)).toEqual(keepers);
  expect(new Set(before.map((place) => place.split(": ")[1]))).toEqual(
    new Set(Object.keys(told).filter((name) => !name.startsWith("payer"))),
  );

  const erased = await edge.post<{ erasedAt: string }>("/v1/me/erase", { password });
  expect([erased.status, erased.body.erasedAt]).toEqual([200, expect.stringMatching(/Z$/)]);
  await foundOnlyOnInvoices(told);

  expect(await refusal(auth.login(ana))).toBe("Unauthenticated bad_credentials");
  expect(await refusal(auth.refresh(ana))).toBe("Unauthenticated session_over");
  await until(async () => reasonOf(await edge.get("/v1/me")) === "session_over");

  await tellAllAgain(ana);
  expect(await placesOf(system, told)).toEqual(legal);

  const again = await signUp(system, { email: ana.email, name: "Otra Ana" });
  expect(again.id).not.toBe(ana.id);
  const { profile } = await clientFor(UsersService, system, again.accessToken).getMe({});
  expect(profile).toMatchObject({ name: "Otra Ana", email: ana.email, marketingMail: false });
});

// Who had something to forget. Neither the provider's events nor ours, Redis or a log ever had anything.
const keepers = [
  ...["auth.account", "auth.session", "booking.booking", "booking.idempotency"],
  ...["invoice.invoice", "invoice.invoice_file", "notification.idempotency", "notification.notification"],
  ...["payments.refund", "users.idempotency", "users.profile", "users.visit"],
];
const tablesIn = (places: string[]) => [...new Set(places.map((place) => place.split(".").slice(0, 2).join(".")))].sort();

async function foundOnlyOnInvoices(told: Texts): Promise<void> {
  await until(async () => {
    const left = (await placesOf(system, told)).filter((place) => !legal.includes(place));
    if (left.length > 0) throw new Error(`left: ${left.join(", ")}`);
    return true;
  });
  expect(await placesOf(system, told)).toEqual(legal);
}

async function tellEverything(ana: SignedIn, edge: Rest, told: Told): Promise<void> {
  const key = { "idempotency-key": told.key };
  const elsewhere = { email: ana.email, password: ana.password };
  expect((await rest(system).post("/v1/auth/login", elsewhere, { "user-agent": told.browser })).status).toBe(200);
  const document = { type: "CC", number: told.document };
  const profile = { document, marketingMail: true, whenStylistCancels: "SUBSTITUTE" };
  expect((await edge.send("PATCH", "/v1/me", profile, key)).status).toBe(200);

  const cancelled = await visit(edge, told, 5);
  expect(reasonOf(await edge.post("/v1/me/erase", { password }))).toBe("open_bookings");
  await until(async () => (await mails(system, ana.email)).length === 2);
  await edge.post(`/v1/bookings/${cancelled}/cancel`, { reason: told.reason }, key);
  await until(async () => (await mails(system, ana.email)).length === 4, { timeoutMs: 40_000 });
  expect((await invoicesOf(system, cancelled)).map(({ kind }) => kind)).toEqual(["INVOICE", "CREDIT_NOTE"]);

  await visitThatIsOver(edge, told);
  await visitThatIsLost(edge, told);
  const { body } = await edge.get<{ notifications: { notificationId: string }[] }>("/v1/notifications");
  expect((await edge.post(`/v1/notifications/${body.notifications[0]!.notificationId}/read`, {}, key)).status).toBe(200);
  const { body: signedIn } = await edge.get<{ sessions: { sessionId: string; current?: boolean }[] }>("/v1/auth/sessions");
  const other = signedIn.sessions.find(({ current }) => !current)!;
  expect((await edge.send("DELETE", `/v1/auth/sessions/${other.sessionId}`, undefined, key)).status).toBe(200);

  expect((await edge.post("/v1/auth/change-email", { password, email: told.newEmail }, key)).status).toBe(200); // and never confirms it
  await until(async () => (await mails(system, told.newEmail)).length === 1);
}

/** Books and pays, and waits until it is confirmed. */
async function visit(edge: Rest, told: Told, day: number): Promise<string> {
  const key = { "idempotency-key": `${told.key} ${day}` };
  const wish = { serviceId: salon.serviceId, staffId: salon.staffIds[0]!, desiredStart: at(day, "10:00").toISOString() };
  const { bookingId } = (await edge.post<{ bookingId: string }>("/v1/bookings", wish, key)).body;
  const { checkoutUrl } = (await edge.post<{ checkoutUrl: string }>(`/v1/bookings/${bookingId}/pay`, {}, key)).body;
  const payer = { name: told.payerName, email: told.payerEmail, phone: told.payerPhone, line1: told.payerStreet };
  await decide(checkoutUrl, "decline", payer);
  await decide(checkoutUrl, "approve", payer);
  const sent = JSON.stringify(await provider(system).events(bookingId));
  expect(Object.values(payer).filter((text) => !sent.includes(text))).toEqual([]);
  await until(async () => (await statusOf(bookingId)) === "CONFIRMED");
  return bookingId;
}

const statusOf = async (bookingId: string) =>
  (await sql<{ status: string }>(system, "booking", "select status from booking where id = $1", [bookingId]))[0]!.status;

/** It has been, with a rating and a courtesy of the salon. */
async function visitThatIsOver(edge: Rest, told: Told): Promise<void> {
  const bookingId = await visit(edge, told, 6);
  const past = "update booking set starts_at = now() - interval '2 hours', ends_at = now() - interval '1 hour' where id = $1";
  await sql(system, "booking", past, [bookingId]);
  expect((await admin.post(`/v1/bookings/${bookingId}/complete`)).status).toBe(200);
  const rating = { stars: 5, comment: told.comment };
  await until(
    async () => (await edge.post(`/v1/bookings/${bookingId}/rating`, rating, { "idempotency-key": `${told.key} 6` })).status === 200,
  );
  const { body } = await edge.get<{ payments: { paymentId: string }[] }>(`/v1/bookings/${bookingId}/payments`);
  const courtesy = { amount: { currencyCode: "COP", minorUnits: "100000" }, reason: told.courtesy };
  expect((await admin.post(`/v1/payments/${body.payments[0]!.paymentId}/refund`, courtesy)).status).toBe(200);
}

/** The stylist can't come, and the client wants the money back. */
async function visitThatIsLost(edge: Rest, told: Told): Promise<void> {
  const bookingId = await visit(edge, told, 7);
  const kept = { "idempotency-key": crypto.randomUUID() }; // an answer that another person got, about this one
  await admin.send("PATCH", `/v1/staff/${salon.staffIds[0]}/bookings/${bookingId}/cancel`, { reason: told.loss }, kept);
  const decline = () => edge.post(`/v1/bookings/${bookingId}/reassignment`, { decline: {} }, { "idempotency-key": `${told.key} 7` });
  await until(async () => (await decline()).status === 200);
  await until(async () => (await statusOf(bookingId)) === "CANCELLED");
}

/** Publishes every event about this person and their bookings again under a new id, as if it arrived late. */
async function tellAllAgain(client: SignedIn): Promise<void> {
  const bookings = await sql<{ id: string }>(system, "booking", "select id from booking where client_id = $1", [client.id]);
  const keys = [client.id, ...bookings.map(({ id }) => id)];
  for (const owner of ["auth", "users", "booking", "invoice"]) {
    const again = "update outbox set id = gen_random_uuid(), published_at = null where key = any($1) returning id";
    expect([owner, await sql(system, owner, again, [keys])]).not.toEqual([owner, []]);
  }
  await quiet(system);
}
