import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { fromBinary } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import { fact } from "@lacio/chassis/fact";
import { startPublisher } from "@lacio/testkit/publisher";
import { adminToken, asService, clientFor, refusal, sharedSystem, signUp, sql, until, type SignedIn } from "@lacio/testkit/testing";
import { AccountRegisteredSchema } from "@lacio/proto/auth/v1/events";
import { BookingCompletedSchema } from "@lacio/proto/booking/v1/events";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import { AccountErasedSchema } from "@lacio/proto/users/v1/events";
import { Document_Type, Profile_WhenStylistCancels, UsersService } from "@lacio/proto/users/v1/users_service";
import pg from "pg";

const system = sharedSystem();
let publisher: Awaited<ReturnType<typeof startPublisher>>;
beforeAll(async () => {
  publisher = await startPublisher(system.urls.nats!);
});
afterAll(() => publisher.stop());

const as = ({ accessToken }: SignedIn): Client<typeof UsersService> => clientFor(UsersService, system, accessToken);
const contactOf = async ({ id }: SignedIn) =>
  (await clientFor(UsersService, system, asService("invoice", system)).getContact({ accountId: id })).profile!;

async function erasedFacts({ id }: SignedIn) {
  const text = "select payload from outbox where subject = 'users.account_erased' and key = $1";
  return (await sql<{ payload: Buffer }>(system, "users", text, [id])).map(({ payload }) => fromBinary(AccountErasedSchema, payload));
}

const password = "una clave larga"; // of everybody who signs up

/** Runs `calls` before auth can handle the erasure, which ends the person's session: it waits for the account's lock meanwhile. */
async function beforeSessionEnds({ id }: SignedIn, calls: () => Promise<void>): Promise<void> {
  const holder = new pg.Client({ connectionString: system.databaseUrls.auth });
  await holder.connect();
  try {
    await holder.query("begin");
    await holder.query("select 1 from account where id = $1 for update", [id]);
    await calls();
  } finally {
    await holder.end();
  }
}

const withKey = () => ({ headers: { "idempotency-key": crypto.randomUUID() } });

/** A client with every kind of personal data that users can hold. */
async function wellKnown(): Promise<SignedIn> {
  const ana = await signUp(system, {
    name: `Ana ${crypto.randomUUID()}`,
    phone: `+573${String(crypto.getRandomValues(new Uint32Array(1))[0]! % 1e9).padStart(9, "0")}`,
  });
  const document = { type: Document_Type.PASSPORT, number: `X${ana.id.slice(-12).toUpperCase()}` };
  await as(ana).updateMe({ document, marketingMail: true, whenStylistCancels: Profile_WhenStylistCancels.SUBSTITUTE }, withKey());
  for (const stars of [4, 5]) await as(ana).rateVisit({ bookingId: await visited(ana), stars, comment: `Todo bien, ${ana.name}` });
  return ana;
}

/** A visit that took place: publishes booking's fact and waits for its inbox entry. */
async function visited({ id: clientId }: SignedIn): Promise<string> {
  const bookingId = crypto.randomUUID();
  await deliver(await publisher.publish(fact(BookingCompletedSchema, bookingId, { bookingId, clientId, staffId: crypto.randomUUID() })));
  return bookingId;
}

const deliver = (eventId: string) =>
  until(async () => (await sql(system, "users", "select 1 from inbox where event_id = $1", [eventId])).length > 0);

/** The tables of users that contain the text, once for each row. */
async function found(text: string): Promise<string[]> {
  const tables = await sql<{ name: string }>(system, "users", "select table_name as name from information_schema.tables where table_schema = 'public'"); // prettier-ignore
  const inTable = tables.map(async ({ name }) => {
    const bytes = name === "idempotency" ? "encode(answer, 'escape') || " : "";
    return (await sql<{ row: string }>(system, "users", `select ${bytes}t::text as row from "${name}" t`))
      .filter(({ row }) => row.includes(text))
      .map(() => name);
  });
  return (await Promise.all(inTable)).flat();
}

/** Inserts a booking for tomorrow in this state into booking's tables; the function returned cancels it. */
async function booking({ id }: SignedIn, status: string): Promise<() => Promise<unknown>> {
  const bookingId = crypto.randomUUID();
  const inBooking = (text: string, values: unknown[]) => sql(system, "booking", text, values);
  // One statement, so atomic: concurrent tests list all bookings.
  await inBooking(
    `with booked as (
       insert into booking (id, client_id, status, hold_no, expires_at, price, currency, free_until_hours, late_refund_percent, any_staff, starts_at, ends_at, revision, created_at,
         loss_id, lost_staff_id, lost_staff_name, lost_reason, lost_at)
       values ($1, $2, $3, $4, now() + interval '1 hour', 100, 'COP', 24, 50, false, now() + interval '1 day', now() + interval '25 hours', 1, now(),
         gen_random_uuid(), gen_random_uuid(), 'Camila', 'Enferma', now())
       returning *)
     insert into booking_line (booking_id, position, service_id, service_name, staff_id, price, currency, iva_percent, starts_at, ends_at, phases, buffer_minutes)
     select id, 1, gen_random_uuid(), 'Alisado', gen_random_uuid(), price, currency, 19, starts_at, ends_at, '[]', 0 from booked`,
    [bookingId, id, status, status === "PENDING_PAYMENT" ? 1 : null],
  );
  return () =>
    inBooking(
      "update booking set status = 'CANCELLED', hold_no = null, cancelled_by = 'CLIENT', cancel_reason = '', refund = 0, cancelled_at = now() where id = $1",
      [bookingId],
    );
}

describe("erasing", () => {
  test("leaves no personal data, but the stars; it emits one fact and is idempotent", async () => {
    const ana = await wellKnown();
    const { name, email } = ana;
    const { phone, document } = (await as(ana).getMe({})).profile!;
    for (const text of [name, email, phone, document!.number]) expect(await found(text)).toContain("profile");
    expect(await found(name)).toEqual(expect.arrayContaining(["visit", "idempotency"]));

    await beforeSessionEnds(ana, async () => {
      const asked = await Promise.all(Array.from({ length: 5 }, () => as(ana).eraseMe({ password }, withKey())));
      const { erasedAt } = asked[0]!;
      expect(erasedAt).toBeDefined();
      for (const answer of [...asked, await as(ana).eraseMe({ password })]) expect(answer.erasedAt).toEqual(erasedAt);
    });
    for (const text of [name, email, phone, document!.number]) expect(await found(text)).toEqual([]);
    expect(await erasedFacts(ana)).toMatchObject([{ accountId: ana.id }]);
    const rated = "select stars, comment, rated_at is not null as rated from visit where client_id = $1 order by stars";
    expect(await sql(system, "users", rated, [ana.id])).toEqual([
      { stars: 4, comment: null, rated: true },
      { stars: 5, comment: null, rated: true },
    ]);
  });

  test("once asked, leaves a contact that is a tombstone, and no comment on any visit", async () => {
    const ana = await wellKnown();
    const { erasedAt } = await as(ana).eraseMe({ password });
    const contact = await contactOf(ana);
    expect(contact).toMatchObject({ id: ana.id, name: "", email: "", phone: "", marketingMail: false, erasedAt });
    expect(contact.document).toBeUndefined();
    expect(contact.whenStylistCancels).toBe(Profile_WhenStylistCancels.REFUND);
    expect(await found(ana.name)).toEqual([]);
  });

  test("takes the password, before it says anything else: a stolen access token is not enough", async () => {
    const ana = await signUp(system);
    const end = await booking(ana, "CONFIRMED");
    expect(await refusal(as(ana).eraseMe({}))).toBe("InvalidArgument invalid_argument password");
    expect(await refusal(as(ana).eraseMe({ password: "adivinando" }))).toBe("InvalidArgument wrong_password password");
    expect(await refusal(as(ana).eraseMe({ password }))).toBe("FailedPrecondition open_bookings");
    expect((await as(ana).getMe({})).profile).toMatchObject({ name: ana.name });
    await end();
    for (let n = 0; n < 10; n++) expect(await refusal(as(ana).eraseMe({ password: "adivinando" }))).toMatch(/wrong_password/);
    expect(await refusal(as(ana).eraseMe({ password }))).toBe("ResourceExhausted too_many_requests");
    expect(await erasedFacts(ana)).toEqual([]);
  });

  test("keeps no trace of the password, not even a hash for an Idempotency-Key; a repeated call is answered without it", async () => {
    const ana = await signUp(system);
    const { erasedAt } = await as(ana).eraseMe({ password }, withKey());
    expect(await sql(system, "users", "select 1 from idempotency where scope like $1", [`%${ana.id}%`])).toEqual([]);
    await until(async () => (await sql(system, "auth", "select 1 from account where id = $1 and email is null", [ana.id])).length > 0);
    expect(await as(ana).eraseMe({ password: "da igual" })).toMatchObject({ erasedAt });
  });

  test("is final: before the end of the session is heard of, too, its token reads, changes and rates nothing", async () => {
    const ana = await wellKnown();
    const bookingId = await visited(ana);
    const key = withKey();
    await as(ana).updateMe({ name: "Ana" }, key);
    await beforeSessionEnds(ana, async () => {
      await as(ana).eraseMe({ password });
      const refused = "FailedPrecondition account_erased";
      expect(await refusal(as(ana).getMe({}))).toBe(refused);
      expect(await refusal(as(ana).updateMe({ name: "Ana" }))).toBe(refused);
      expect(await refusal(as(ana).updateMe({ name: "Ana" }, key))).toBe(refused);
      expect(await refusal(as(ana).rateVisit({ bookingId, stars: 5, comment: "Soy Ana" }))).toBe(refused);
    });
    expect(await contactOf(ana)).toMatchObject({ name: "" });
  });

  test.each(["PENDING_PAYMENT", "CONFIRMED", "REASSIGNING"])("waits for the end of a booking that is %s", async (status) => {
    const ana = await signUp(system);
    const end = await booking(ana, status);
    expect(await refusal(as(ana).eraseMe({ password }))).toBe("FailedPrecondition open_bookings");
    expect((await as(ana).getMe({})).profile).toMatchObject({ name: ana.name });
    expect(await erasedFacts(ana)).toEqual([]);
    await end();
    expect(await refusal(as(ana).eraseMe({ password }))).toBe("not refused");
  });

  test("no state waits for a person for ever: does not wait for what is over, nor for another's bookings", async () => {
    const [ana, eva] = [await signUp(system), await signUp(system)];
    for (const status of ["COMPLETED", "NO_SHOW", "EXPIRED", "CANCELLED"]) await booking(ana, status);
    await booking(eva, "CONFIRMED");
    await booking(ana, "CONFIRMED");
    const past = "starts_at = now() - interval '2 days', ends_at = now() - interval '47 hours'"; // over, but not completed yet
    await sql(system, "booking", `update booking set ${past} where client_id = $1 and status = 'CONFIRMED'`, [ana.id]);
    expect(await refusal(as(ana).eraseMe({ password }))).toBe("not refused");
    expect((await as(eva).getMe({})).profile).toMatchObject({ email: eva.email });
  });

  test("is for clients", async () => {
    const admin = clientFor(UsersService, system, await adminToken(system));
    expect(await refusal(admin.eraseMe({ password }))).toBe("PermissionDenied forbidden");
  });
});

test("a redelivery of the account's event after the erasure opens no profile, though auth has no registration any more", async () => {
  const ana = await wellKnown();
  await as(ana).eraseMe({ password });
  await until(
    async () => (await sql(system, "auth", "select 1 from account where id = $1 and erased_at is not null", [ana.id])).length > 0,
  );
  const registered = { accountId: ana.id, role: Caller_Role.CLIENT, invited: false };
  for (let n = 0; n < 2; n++) await deliver(await publisher.publish(fact(AccountRegisteredSchema, ana.id, registered)));
  expect(await contactOf(ana)).toMatchObject({ name: "", email: "" });
  expect(await found(ana.email)).toEqual([]);
});
