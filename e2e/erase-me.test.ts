import { beforeAll, expect, test } from "@jest/globals";
import { clientFor, mails, refusal, sharedSystem, signUp, sql, until, type SignedIn } from "@lacio/testkit/testing";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { services } from "@lacio/proto/registry";
import { UsersService } from "@lacio/proto/users/v1/users_service";
import { invoicesOf } from "./invariants.ts";
import { reasonOf, rest, type Rest } from "./rest.ts";
import { at, book, ensureNumbering, openSalon, pay, type Salon } from "./salon.ts";

const system = sharedSystem();
const auth = clientFor(AuthService, system);
let salon: Salon;

beforeAll(async () => {
  await ensureNumbering(system);
  salon = await openSalon(system);
});

test("a client who is erased is found nowhere but on their invoices, can't come back, and may begin anew", async () => {
  const ana = await signUp(system, { name: `Ana ${crypto.randomUUID()}` });
  const edge = rest(system, ana.accessToken);
  await edge.patch("/v1/me", { document: { type: "CC", number: "52123456" }, marketingMail: true, whenStylistCancels: "SUBSTITUTE" });
  expect((await edge.get("/v1/me")).body).toMatchObject({ profile: { marketingMail: true, whenStylistCancels: "SUBSTITUTE" } });
  await visitPaidAndCancelled(ana, edge);
  expect(await keepersOf(ana)).toEqual(["auth", "invoice", "notification", "users"]);

  const erased = await edge.post<{ erasedAt: string }>("/v1/me/erase");
  expect([erased.status, erased.body.erasedAt]).toEqual([200, expect.stringMatching(/Z$/)]);
  await until(async () => (await keepersOf(ana)).join() === "invoice");
  expect((await edge.post("/v1/me/erase")).body).toEqual(erased.body);
  expect((await invoicesOf(system, await onlyBookingOf(ana))).map(({ kind }) => kind)).toEqual(["INVOICE", "CREDIT_NOTE"]);

  expect(await refusal(auth.login(ana))).toBe("Unauthenticated bad_credentials");
  expect(await refusal(auth.refresh(ana))).toBe("Unauthenticated session_over");
  expect(reasonOf(await edge.get("/v1/me"))).toBe("account_erased");

  await tellAllAgain(ana);
  expect(await keepersOf(ana)).toEqual(["invoice"]);

  const again = await signUp(system, { email: ana.email, name: "Otra Ana" });
  expect(again.id).not.toBe(ana.id);
  const { profile } = await clientFor(UsersService, system, again.accessToken).getMe({});
  expect(profile).toMatchObject({ name: "Otra Ana", email: ana.email, marketingMail: false });
});

/** Books, pays and cancels with all mails; EraseMe is refused before the cancellation. */
async function visitPaidAndCancelled(client: SignedIn, edge: Rest): Promise<void> {
  const { bookingId } = await book(system, client, salon, at(5, "10:00"));
  expect(reasonOf(await edge.post("/v1/me/erase"))).toBe("open_bookings");
  await pay(system, client, bookingId);
  await until(async () => (await mails(system, client.email)).length === 2);
  expect(reasonOf(await edge.post("/v1/me/erase"))).toBe("open_bookings");
  await edge.post(`/v1/bookings/${bookingId}/cancel`, {});
  await until(async () => (await mails(system, client.email)).length === 4, { timeoutMs: 40_000 });
}

async function onlyBookingOf({ id }: SignedIn): Promise<string> {
  const [row] = await sql<{ id: string }>(system, "booking", "select id from booking where client_id = $1", [id]);
  return row!.id;
}

/** The services whose databases contain the person's name or address. */
async function keepersOf({ name, email }: SignedIn): Promise<string[]> {
  const names = services.map(({ typeName }) => typeName.split(".")[1]!).sort();
  const kept = names.map(async (service) => {
    const tables = "select table_name as table from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'";
    for (const { table } of await sql<{ table: string }>(system, service, tables)) {
      const text = table === "idempotency" ? "t::text || encode(answer, 'escape')" : "t::text";
      const found = `select 1 from "${table}" t where ${text} like $1 or ${text} like $2 limit 1`;
      if ((await sql(system, service, found, [`%${name}%`, `%${email}%`])).length > 0) return [service];
    }
    return [];
  });
  return (await Promise.all(kept)).flat();
}

/** Publishes every event about this person and their booking again under a new id, as if it arrived late. */
async function tellAllAgain(client: SignedIn): Promise<void> {
  const keys = [client.id, await onlyBookingOf(client)];
  const heard = await sql<{ subject: string }>(system, "notification", "select distinct subject from inbox");
  const subjects = heard.map(({ subject }) => subject);
  for (const owner of ["auth", "users", "booking", "invoice"]) {
    const again = "update outbox set id = gen_random_uuid(), published_at = null where key = any($1) and subject = any($2) returning id";
    const ids = (await sql<{ id: string }>(system, owner, again, [keys, subjects])).map(({ id }) => id);
    expect([owner, ids.length > 0]).toEqual([owner, true]);
    const handled = "select 1 from inbox where event_id = any($1::uuid[])";
    await until(async () => (await sql(system, "notification", handled, [ids])).length === ids.length);
  }
}
