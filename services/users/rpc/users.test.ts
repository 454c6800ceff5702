import { describe, expect, test } from "@jest/globals";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { EmailChangedSchema } from "@lacio/proto/auth/v1/events";
import { BookingCompletedSchema, BookingNoShowSchema } from "@lacio/proto/booking/v1/events";
import { AuthService, IssueLinkTokenRequest_Purpose } from "@lacio/proto/auth/v1/auth_service";
import { ConnectError, type Client } from "@connectrpc/connect";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Document_Type, Profile_WhenStylistCancels, UsersService, type UpdateMeRequestSchema } from "@lacio/proto/users/v1/users_service";
import { fact, type Fact } from "@lacio/chassis/fact";
import { beforeTests } from "@lacio/testkit/before-tests";
import { startPublisher } from "@lacio/testkit/publisher";
import { startSystem, type System } from "@lacio/testkit/system";
import { adminToken, asService, clientFor, refusal, signUp, sql, until, type SignedIn } from "@lacio/testkit/testing";

type Users = Client<typeof UsersService>;
let system: System;
let booking: Awaited<ReturnType<typeof startPublisher>>;

await beforeTests(
  async () => {
    const services = ["auth", "users"];
    system = await startSystem({ dir: ".lacio/test/users", services, edge: false, stripe: false, fsync: false });
    booking = await startPublisher(system.urls.nats!);
  },
  async () => {
    await booking?.stop();
    await system?.stop();
  },
);

const as = ({ accessToken }: SignedIn): Users => clientFor(UsersService, system, accessToken);
const service = (name: string): Users => clientFor(UsersService, system, asService(name, system));
const unknownId = "01990000-0000-7000-8000-000000000000";

const profileRow = (id: string) => sql<{ name: string }>(system, "users", "select name from profile where id = $1", [id]);

async function told(event: Fact): Promise<void> {
  const id = await booking.publish(event);
  await until(async () => (await sql(system, "users", "select 1 from inbox where event_id = $1", [id])).length > 0);
}

async function eventHandled(accountId: string, subject = "auth.account_registered"): Promise<void> {
  const [event] = await sql<{ id: string }>(system, "auth", "select id from outbox where key = $1 and subject = $2", [accountId, subject]);
  await until(async () => (await sql(system, "users", "select 1 from inbox where event_id = $1", [event!.id])).length > 0);
}

describe("a profile", () => {
  test("is opened by the account's event", async () => {
    const ana = await signUp(system, { name: "Ana Ñáñez", phone: "+57 300 123 4567", locale: "en" });
    await eventHandled(ana.id);
    expect(await profileRow(ana.id)).toEqual([{ name: "Ana Ñáñez" }]);
    const { profile } = await as(ana).getMe({});
    expect(profile).toMatchObject({ id: ana.id, name: "Ana Ñáñez", email: ana.email, phone: "+573001234567", locale: "en" });
    expect(profile!.document).toBeUndefined();
    expect(profile!.createdAt).toBeDefined();
  });

  test("is the ADMIN's, too", async () => {
    const { profile } = await clientFor(UsersService, system, await adminToken(system)).getMe({});
    expect(profile!.email).toBe(system.admin.email);
  });

  test("is opened once by concurrent reads before the event; the event then changes nothing", async () => {
    await restartUsers("migrate,rpc");
    const [ana, bea, eva] = [await signUp(system), await signUp(system), await signUp(system)];
    const asked = await Promise.all(Array.from({ length: 10 }, () => as(ana).getMe({})));
    expect(new Set(asked.map(({ profile }) => profile!.email))).toEqual(new Set([ana.email]));
    expect((await as(bea).updateMe({ name: "Beatriz" })).profile).toMatchObject({ name: "Beatriz", email: bea.email });
    expect((await service("notification").getContact({ accountId: eva.id })).profile).toMatchObject({ email: eva.email });
    expect(await profileRow(ana.id)).toHaveLength(1);

    await restartUsers("migrate,rpc,events,timers");
    for (const { id } of [ana, bea, eva]) await eventHandled(id);
    expect(await profileRow(bea.id)).toEqual([{ name: "Beatriz" }]);
    expect(await sql(system, "users", "select 1 from dead_letter")).toEqual([]);
  });

  test("is not changed by a redelivery of the event", async () => {
    const ana = await signUp(system);
    await eventHandled(ana.id);
    await as(ana).updateMe({ name: "Otra" });
    await sql(system, "auth", "update outbox set id = gen_random_uuid(), published_at = null where key = $1", [ana.id]);
    await eventHandled(ana.id);
    expect(await profileRow(ana.id)).toEqual([{ name: "Otra" }]);
  });

  test("is changed field by field", async () => {
    const ana = await signUp(system);
    const before = (await as(ana).getMe({})).profile!;
    expect((await as(ana).updateMe({})).profile).toEqual(before);
    expect((await as(ana).updateMe({ phone: "" })).profile).toEqual({ ...before, phone: "" });
    const document = { type: Document_Type.NIT, number: "800197268-4" };
    const after = (await as(ana).updateMe({ name: "Ana María", locale: "en", document })).profile;
    expect(after).toMatchObject({ name: "Ana María", email: ana.email, phone: "", locale: "en", document });
    expect((await as(ana).updateMe({ name: "Ana" })).profile).toMatchObject({ name: "Ana", document });
    expect((await as(ana).getMe({})).profile).toMatchObject({ name: "Ana", document });
  });

  test("is never answered to another person who sends the same Idempotency-Key", async () => {
    const [ana, bea] = [await signUp(system), await signUp(system)];
    const once = { headers: { "idempotency-key": crypto.randomUUID() } };
    for (const person of [ana, bea, ana])
      expect((await as(person).updateMe({ name: "Otra" }, once)).profile).toMatchObject({ id: person.id, email: person.email });
    expect(await profileRow(bea.id)).toEqual([{ name: "Otra" }]);
  });

  test("keeps the client's preferences: a refund and no news at first; the moment of a consent stays while it stands", async () => {
    const { REFUND, SUBSTITUTE } = Profile_WhenStylistCancels;
    const ana = await signUp(system);
    const before = (await as(ana).getMe({})).profile!;
    expect(before).toMatchObject({ marketingMail: false, whenStylistCancels: REFUND });
    expect(before.marketingMailConsentedAt).toBeUndefined();

    const start = Date.now();
    const given = (await as(ana).updateMe({ marketingMail: true })).profile!;
    expect(given).toEqual({ ...before, marketingMail: true, marketingMailConsentedAt: given.marketingMailConsentedAt });
    const consentedAt = timestampDate(given.marketingMailConsentedAt!).getTime();
    expect([consentedAt >= start - 1, consentedAt <= Date.now()]).toEqual([true, true]);
    expect((await as(ana).updateMe({ marketingMail: true })).profile).toEqual(given);
    expect((await as(ana).updateMe({ whenStylistCancels: SUBSTITUTE })).profile).toEqual({ ...given, whenStylistCancels: SUBSTITUTE });
    expect((await as(ana).updateMe({ name: "Ana" })).profile).toMatchObject({ marketingMail: true, whenStylistCancels: SUBSTITUTE });

    const withdrawn = (await as(ana).updateMe({ marketingMail: false, whenStylistCancels: REFUND })).profile!;
    const { marketingMailConsentedAt, marketingMailWithdrawnAt } = withdrawn;
    expect(withdrawn).toEqual({ ...before, name: "Ana", marketingMailConsentedAt, marketingMailWithdrawnAt });
    expect(marketingMailConsentedAt).toEqual(given.marketingMailConsentedAt);
    expect((await as(ana).getMe({})).profile).toEqual(withdrawn);
    const proof = "select marketing_mail_given_at as given, marketing_mail_withdrawn_at as withdrawn from profile where id = $1";
    const [kept] = await sql<{ given: Date; withdrawn: Date }>(system, "users", proof, [ana.id]);
    expect([kept!.given.getTime(), kept!.withdrawn >= kept!.given]).toEqual([consentedAt, true]);
    expect(timestampDate(marketingMailWithdrawnAt!)).toEqual(kept!.withdrawn);
    const again = (await as(ana).updateMe({ marketingMail: true })).profile!;
    expect(timestampDate(again.marketingMailConsentedAt!) >= kept!.withdrawn).toBe(true);
  });

  test("clean before checking: what was typed or pasted is kept as it was meant", async () => {
    const ana = await signUp(system);
    const typed = { name: " Ana\u00a0María\u200b ", phone: "\u202a(601) 742\u00a00000\u202c" };
    expect((await as(ana).updateMe(typed)).profile).toMatchObject({ name: "Ana María", phone: "+576017420000" });
    const document = { type: Document_Type.PASSPORT, number: "ab 12.345" };
    expect((await as(ana).updateMe({ document })).profile!.document).toMatchObject({ number: "AB12345" });
  });

  test("documents are DIAN's: every type is kept, a NIT with its check digit", async () => {
    const ana = await signUp(system);
    const types = Object.values(Document_Type).filter((type) => typeof type === "number" && type !== Document_Type.TYPE_UNSPECIFIED);
    for (const type of types) {
      const number = type === Document_Type.PEP ? "986543212021991" : "1020304050";
      const kept = type === Document_Type.NIT ? "1020304050-8" : number;
      expect((await as(ana).updateMe({ document: { type, number } })).profile!.document).toMatchObject({ type, number: kept });
    }
  });

  test("clean before checking: a refusal says in a sentence what is wrong, and shows no pattern", async () => {
    const bea = await signUp(system);
    const said = async (wishes: MessageInitShape<typeof UpdateMeRequestSchema>) =>
      ConnectError.from(
        await as(bea)
          .updateMe(wishes)
          .catch((error: unknown) => error),
      ).rawMessage;
    expect(await said({ phone: "llámame" })).toBe("phone: must be a phone number, like +57 300 123 4567");
    expect(await said({ document: { type: Document_Type.NIT, number: "800197268-5" } })).toBe("document.number: has a wrong check digit");
    expect(await said({ document: { type: Document_Type.CC, number: "E123456" } })).toBe(
      "document.number: of a CC must have 4 to 10 digits",
    );
  });

  let ana: SignedIn | undefined;
  const { CC, CE, NIT, PASSPORT, TI } = Document_Type;
  test.each<[string, MessageInitShape<typeof UpdateMeRequestSchema>]>([
    ["name", { name: "" }],
    ["name", { name: " \u00a0\u200b" }],
    ["name", { name: "x".repeat(101) }],
    ["name", { name: "Ana\0" }],
    ["phone", { phone: "llámame" }],
    ["phone", { phone: "123" }],
    ["phone", { phone: "300 123 4567 ext. 1" }],
    ["locale", { locale: "fr" }],
    ["locale", { locale: "" }],
    ["whenStylistCancels", { whenStylistCancels: Profile_WhenStylistCancels.WHEN_STYLIST_CANCELS_UNSPECIFIED }],
    ["whenStylistCancels", { whenStylistCancels: 9 as Profile_WhenStylistCancels }],
    ["document.type", { document: { number: "12345" } }],
    ["document.type", { document: { type: 99 as Document_Type, number: "12345" } }],
    ["document.number", { document: { type: CC } }],
    ["document.number", { document: { type: CC, number: "ABC123" } }],
    ["document.number", { document: { type: CC, number: "12345678901" } }],
    ["document.number", { document: { type: CE, number: "12-34" } }],
    ["document.number", { document: { type: NIT, number: "900123456-" } }],
    ["document.number", { document: { type: NIT, number: "900-1" } }],
    ["document.number", { document: { type: PASSPORT, number: "AB-12345" } }],
    ["document.number", { document: { type: NIT, number: "901234567-1" } }],
    ["document.number", { document: { type: TI, number: "52123456" } }],
  ])("is not changed to a wrong %s (%#)", async (field, wishes) => {
    ana ??= await signUp(system);
    expect(await refusal(as(ana).updateMe(wishes))).toBe(`InvalidArgument invalid_argument ${field}`);
    expect((await as(ana).getMe({})).profile).toMatchObject({ name: ana.name, locale: "es" });
  });
});

describe("a contact", () => {
  test("is answered to notification and invoice, to nobody else", async () => {
    const ana = await signUp(system);
    const document = { type: Document_Type.CC, number: "52123456" };
    await as(ana).updateMe({ document });
    for (const name of ["notification", "invoice"])
      expect((await service(name).getContact({ accountId: ana.id })).profile).toMatchObject({ email: ana.email, document });
    for (const who of [service("booking"), as(ana), clientFor(UsersService, system, await adminToken(system))])
      expect(await refusal(who.getContact({ accountId: ana.id }))).toBe("PermissionDenied forbidden");
    expect(await refusal(clientFor(UsersService, system).getContact({ accountId: ana.id }))).toBe("Unauthenticated unauthenticated");
  });

  test("strangers' text in mail to strangers: it says whether the address was confirmed, with events out of order and redelivered", async () => {
    const known = async ({ id }: SignedIn) => (await service("notification").getContact({ accountId: id })).profile!.emailVerified;
    const [ana, bea] = [await signUp(system), await signUp(system)];
    await eventHandled(ana.id);
    expect([await known(ana), await known(bea)]).toEqual([false, false]);
    for (const { id } of [ana, bea]) {
      const link = { accountId: id, purpose: IssueLinkTokenRequest_Purpose.VERIFY_EMAIL };
      const { token } = await clientFor(AuthService, system, asService("notification", system)).issueLinkToken(link);
      await clientFor(AuthService, system).verifyEmail({ token });
    }
    const heard = async ({ id }: SignedIn) => eventHandled(id, "auth.email_verified");
    await heard(ana);
    expect(await known(ana)).toBe(true);
    await heard(bea);
    await sql(system, "users", "delete from profile where id = $1", [bea.id]); // as if EmailVerified were delivered before AccountRegistered
    await sql(system, "auth", "update outbox set id = gen_random_uuid(), published_at = null where key = $1 and subject = 'auth.email_verified'", [bea.id]); // prettier-ignore
    await heard(bea);
    // Stored by the event, before any read opens the profile: a racing read with an older registration loses (on conflict do nothing).
    expect(await sql(system, "users", "select email_verified from profile where id = $1", [bea.id])).toEqual([{ email_verified: true }]);
    expect([await known(ana), await known(bea)]).toEqual([true, true]);
  });

  test("follows the account's new address, with the event late or redelivered, and not beyond an erasure", async () => {
    const auth = clientFor(AuthService, system);
    const asNotification = clientFor(AuthService, system, asService("notification", system));
    const moved = async ({ id, password, accessToken }: SignedIn) => {
      const email = `${crypto.randomUUID()}@example.com`;
      await clientFor(AuthService, system, accessToken).changeEmail({ password, email });
      const link = { accountId: id, purpose: IssueLinkTokenRequest_Purpose.CHANGE_EMAIL };
      await auth.confirmEmailChange({ token: (await asNotification.issueLinkToken(link)).token });
      await eventHandled(id, "auth.email_changed");
      return email;
    };
    const again = async ({ id }: SignedIn) => {
      await sql(system, "auth", "update outbox set id = gen_random_uuid(), published_at = null where key = $1 and subject = 'auth.email_changed'", [id]); // prettier-ignore
      await eventHandled(id, "auth.email_changed");
    };
    const kept = async ({ id }: SignedIn) => (await service("invoice").getContact({ accountId: id })).profile!;
    const [ana, bea] = [await signUp(system), await signUp(system)];
    const email = await moved(ana);
    expect(await kept(ana)).toMatchObject({ email, emailVerified: true, name: ana.name });
    const setEmail = (email: string) => sql(system, "auth", "update account set email = $2 where id = $1", [ana.id, email]);
    await setEmail(ana.email); // what another replica, slow to handle an earlier change, was answered before this one
    const earlier = { accountId: ana.id, changedAt: timestampFromDate(new Date(Date.now() - 60_000)) };
    await told(fact(EmailChangedSchema, ana.id, earlier));
    expect(await kept(ana)).toMatchObject({ email });
    await setEmail(email);
    await sql(system, "users", "delete from profile where id = $1", [ana.id]); // as if it were delivered before AccountRegistered
    await again(ana);
    expect(await kept(ana)).toMatchObject({ email, emailVerified: true });
    await moved(bea);
    await sql(system, "users", "update profile set name = '', email = '', erased_at = now() where id = $1", [bea.id]);
    await again(bea);
    expect(await kept(bea)).toMatchObject({ email: "", name: "" });
  });

  test("of nobody is not found", async () => {
    expect(await refusal(service("invoice").getContact({ accountId: unknownId }))).toBe("NotFound not_found");
    expect(await refusal(service("invoice").getContact({ accountId: "x" }))).toBe("InvalidArgument invalid_argument accountId");
  });
});

describe("what a client wishes when a stylist cancels", () => {
  const { REFUND, SUBSTITUTE } = Profile_WhenStylistCancels;
  const wishOf = async ({ id }: { id: string }) => (await service("reassignment").getPreferences({ accountId: id })).whenStylistCancels;

  test("is a refund at first, then what the client chose, also before the account's event", async () => {
    const ana = await signUp(system);
    expect(await wishOf(ana)).toBe(REFUND);
    await as(ana).updateMe({ whenStylistCancels: SUBSTITUTE });
    expect(await wishOf(ana)).toBe(SUBSTITUTE);
    await sql(system, "users", "delete from profile where id = $1", [ana.id]); // as if AccountRegistered had not been delivered yet
    expect(await wishOf(ana)).toBe(REFUND);
  });

  test("is answered to reassignment, to nobody else; of nobody it is not found", async () => {
    const ana = await signUp(system);
    for (const who of [service("booking"), as(ana), clientFor(UsersService, system, await adminToken(system))])
      expect(await refusal(who.getPreferences({ accountId: ana.id }))).toBe("PermissionDenied forbidden");
    expect(await refusal(clientFor(UsersService, system).getPreferences({ accountId: ana.id }))).toBe("Unauthenticated unauthenticated");
    expect(await refusal(service("reassignment").getPreferences({ accountId: unknownId }))).toBe("NotFound not_found");
    expect(await refusal(service("reassignment").getPreferences({ accountId: "x" }))).toBe("InvalidArgument invalid_argument accountId");
  });
});

describe("a visit", () => {
  /** Publishes BookingCompleted `times` over, each with an event id of its own, so that the inbox does not deduplicate. */
  async function completed(clientId: string, times = 1, bookingId = crypto.randomUUID() as string): Promise<string> {
    const event = fact(BookingCompletedSchema, bookingId, { bookingId, clientId, staffId: unknownId });
    for (let n = 0; n < times; n++) await told(event);
    return bookingId;
  }

  const visit = (bookingId: string) =>
    sql(system, "users", "select client_id, staff_id, stars, comment, rated_at is not null as rated from visit where booking_id = $1", [bookingId]); // prettier-ignore

  test("is listed with its rating, latest first, to who rated it alone", async () => {
    const [ana, eva] = [await signUp(system), await signUp(system)];
    const rated: string[] = [];
    for (const stars of [5, 3, 4]) {
      const bookingId = await completed(ana.id);
      await as(ana).rateVisit({ bookingId, stars, comment: `${stars} estrellas` });
      rated.unshift(bookingId);
    }
    await completed(ana.id); // not rated
    const { ratings, nextPageToken } = await as(ana).listMyRatings({ pageSize: 2 });
    const { ratings: rest } = await as(ana).listMyRatings({ pageSize: 2, pageToken: nextPageToken });
    const all = [...ratings, ...rest];
    expect(all.map(({ bookingId }) => bookingId)).toEqual(rated);
    expect(all.map(({ stars, comment, ratedAt }) => [stars, comment, ratedAt !== undefined])).toEqual([
      [4, "4 estrellas", true],
      [3, "3 estrellas", true],
      [5, "5 estrellas", true],
    ]);
    expect((await as(eva).listMyRatings({})).ratings).toEqual([]);
    expect(await refusal(as(ana).listMyRatings({ pageToken: "x" }))).toBe("InvalidArgument invalid_argument pageToken");
  });

  test("is rated by the client who was there, once, under concurrent requests and redelivery", async () => {
    const ana = await signUp(system);
    const bookingId = await completed(ana.id, 2);
    const rate = () => refusal(as(ana).rateVisit({ bookingId, stars: 5, comment: "¡Divino! 💇" }));
    const outcomes = await Promise.all(Array.from({ length: 8 }, rate));
    expect(outcomes.sort()).toEqual([...Array<string>(7).fill("AlreadyExists already_rated"), "not refused"]);
    const kept = [{ client_id: ana.id, staff_id: unknownId, stars: 5, comment: "¡Divino! 💇", rated: true }];
    expect(await visit(bookingId)).toEqual(kept);
    await completed(ana.id, 1, bookingId);
    expect(await refusal(as(ana).rateVisit({ bookingId, stars: 1 }))).toBe("AlreadyExists already_rated");
    expect(await visit(bookingId)).toEqual(kept);
  });

  test("of somebody else, or that did not take place, is not found", async () => {
    const [ana, bea] = [await signUp(system), await signUp(system)];
    const bookingId = await completed(ana.id);
    expect(await refusal(as(bea).rateVisit({ bookingId, stars: 5 }))).toBe("NotFound not_found");
    expect(await refusal(as(ana).rateVisit({ bookingId: unknownId, stars: 5 }))).toBe("NotFound not_found");
    expect(await visit(bookingId)).toMatchObject([{ rated: false, stars: null }]);
    const admin = clientFor(UsersService, system, await adminToken(system));
    expect(await refusal(admin.rateVisit({ bookingId, stars: 5 }))).toBe("PermissionDenied forbidden");
    expect(await refusal(clientFor(UsersService, system).rateVisit({ bookingId, stars: 5 }))).toBe("Unauthenticated unauthenticated");
  });

  test("that is a no-show after it was completed automatically is not found, in whatever order the events come", async () => {
    const ana = await signUp(system);
    const missed = (bookingId: string) => told(fact(BookingNoShowSchema, bookingId, { bookingId, clientId: ana.id, staffId: unknownId }));
    const [late, early] = [await completed(ana.id), crypto.randomUUID()];
    await missed(late);
    await missed(early);
    await completed(ana.id, 1, early);
    for (const bookingId of [late, early]) expect(await refusal(as(ana).rateVisit({ bookingId, stars: 5 }))).toBe("NotFound not_found");
  });

  test("refuses an invalid rating", async () => {
    const ana = await signUp(system);
    const bookingId = await completed(ana.id);
    const rate = (wishes: object) => refusal(as(ana).rateVisit({ bookingId, stars: 4, ...wishes }));
    for (const stars of [-1, 0, 6]) expect(await rate({ stars })).toBe("InvalidArgument invalid_argument stars");
    expect(await rate({ comment: "x".repeat(1_001) })).toBe("InvalidArgument invalid_argument comment");
    expect(await rate({ comment: "\0" })).toBe("InvalidArgument invalid_argument comment");
    expect(await rate({ bookingId: "x" })).toBe("InvalidArgument invalid_argument bookingId");
    expect(await rate({})).toBe("not refused");
  });
});

test("a stranger has no profile to read or change", async () => {
  const stranger = clientFor(UsersService, system);
  expect(await refusal(stranger.getMe({}))).toBe("Unauthenticated unauthenticated");
  expect(await refusal(stranger.updateMe({ name: "Ana" }))).toBe("Unauthenticated unauthenticated");
  expect(await refusal(service("booking").getMe({}))).toBe("PermissionDenied forbidden");
});

async function restartUsers(roles: string): Promise<void> {
  await system.process("users").kill();
  await system.process("users").restart({ LACIO_ROLES: roles });
}
