import { describe, expect, test } from "@jest/globals";
import { chassisTables } from "@lacio/chassis/grants";
import type { Permissions, Verb } from "@lacio/chassis/permissions";
import { calledByAll, permissions, type ServiceName } from "./table.ts";
import { codeOf, matchesIn, withoutComments, type Code } from "./testing/code.ts";
import { callsAllowed, callsInCode, permissionsInCode, subjectsOf } from "./testing/permissions-in-code.ts";
import { verbsInCode } from "./testing/verbs-in-code.ts";

/** What the chassis asks in the name of every service. */
const chassisCalls = [`${calledByAll}.listEndedSessions`];
const services = Object.keys(permissions) as ServiceName[];
const code = Object.fromEntries(services.map((name) => [name, codeOf(`services/${name}`)])) as Record<ServiceName, Code>;

describe.each(services)("%s", (name) => {
  test("does what the table says, and nothing else", () => {
    expect(permissionsInCode(code[name])).toEqual(sorted(permissions[name]));
  });

  test("calls the methods that name it as a caller, and no others", () => {
    expect([...callsInCode(code[name]), ...chassisCalls].sort()).toEqual(callsAllowed(name));
  });

  test("publishes every event that is its own in the contracts", () => {
    expect(subjectsOf(name)).toEqual(sorted(permissions[name]).publishes);
  });

  test("has to do with the chassis' tables through the chassis alone", () => {
    const made = Object.keys(chassisTables).map((table) => `create table ${table} ()`);
    const found = Object.entries(verbsInCode({ ...code[name], tables: made.join("\n") }));
    expect(found.filter(([table, verbs]) => table in chassisTables && verbs.length > 0)).toEqual([]);
  });
});

test("the chassis calls for every service what is listed, and nothing else", () => {
  expect(matchesIn(codeOf("packages/chassis"), /\bclient\((\w+)\)|\bauth\.(list\w+)\(/g).map(([text]) => text)).toEqual([
    "auth.listEndedSessions(",
    "client(AuthService)",
  ]);
});

test("the chassis does with its tables what every running role may do with them", () => {
  const code = { ...codeOf("packages/chassis"), made: "create table migration ()" }; // by MikroORM
  expect(verbsInCode(code)).toEqual(byName(chassisTables));
});

describe("what is new in the code is noticed", () => {
  const withNew = (name: ServiceName, text: string, file = "acts/new.ts") => ({ ...code[name], [file]: text });
  const tablesWith = (name: ServiceName, text: string) => permissionsInCode(withNew(name, text)).tables;

  test("a fact, of its own or of somebody else", () => {
    const text =
      'import { BookingPaidSchema } from "@lacio/proto/booking/v1/events";\ntx.emit(fact(BookingPaidSchema, id, { bookingId }));';
    expect(permissionsInCode(withNew("payments", text)).publishes).toContain("booking.paid");
    expect(permissionsInCode(withNew("payments", "", "domain/dispute.ts")).publishes).not.toContain("payments.disputed");
    expect(() => permissionsInCode(withNew("payments", "fact(schema, id, {})"))).toThrow("schema is not imported from a contract");
  });

  test("a subscription", () => {
    const text =
      'import { AccountErasedSchema } from "@lacio/proto/users/v1/events";\nexport const subscriptions = [on(AccountErasedSchema, forget)];';
    expect(permissionsInCode(withNew("payments", text, "events/index.ts")).consumes).toEqual(["users.account_erased"]);
  });

  test("a peer, and a call", () => {
    const client = 'import { AuthService } from "@lacio/proto/auth/v1/auth_service";\nconst app = { auth: base.client(AuthService) };';
    expect(permissionsInCode(withNew("payments", client)).calls).toEqual(["auth", "booking"]);
    expect(callsInCode(withNew("payments", "await app.booking\n  .cancelBooking({ bookingId });"))).toContain("booking.cancelBooking");
    expect(callsInCode({ "app.ts": code.payments["app.ts"]! })).toEqual([]);
    expect(() => permissionsInCode(withNew("payments", "const { client } = base; client(AuthService);"))).toThrow("not understood");
  });

  test.each<[text: string, verb: Verb]>([
    ["`update ledger_entry\n set debit = 0`", "update"],
    ['"update ledger_entry e set debit = 0"', "update"],
    ['"insert into ledger_entry (id) values (1) on conflict (id) do update set debit = 0"', "update"],
    ['"with gone as (delete from ledger_entry returning 1) select from gone"', "delete"],
    ["`select id from ledger_entry\n where debit = 0 for update`", "update"],
    ['"select 1 from payment p join ledger_entry e on e.id = p.id for share of e"', "update"],
    ['"select 1 from ledger_entry where debit = 0 for no key update skip locked"', "update"],
  ])("in SQL: %s", (text, verb) => {
    expect(tablesWith("payments", text).ledger_entry).toContain(verb);
  });

  test("a lock of another table's rows is none of this one's", () => {
    const text = '"select 1 from payment p join ledger_entry e on e.id = p.id for update of p"; "select 1 from ledger_entry"';
    expect(tablesWith("payments", text).ledger_entry).not.toContain("update");
  });

  test.each<[text: string, verb: Verb]>([
    ["await tx.lock(Invoice, { id });", "update"],
    ["await tx.em.nativeDelete(Invoice, { id });", "delete"],
  ])("with an entity: %s", (text, verb) => {
    expect(tablesWith("invoice", text).invoice).toContain(verb);
  });

  test("a method that changes an entity", () => {
    const file = "domain/invoice.ts";
    const changing = code.invoice[file]!.replace(/(class Invoice [^]*?)\n\}/, "$1\n  renumber(): void {\n    this.number += 1n;\n  }\n}");
    expect(permissionsInCode(withNew("invoice", changing, file)).tables.invoice).toContain("update");
  });

  test("a table, as one that nothing is done with; and what is done with it no more", () => {
    expect(permissionsInCode(withNew("users", "create table badge (id uuid)", "db/migrations/new.ts")).tables.badge).toEqual([]);
    expect(permissionsInCode(withNew("users", "", "rpc/rate-visit.ts")).tables.visit).toEqual(["select", "insert", "update"]);
    expect(permissionsInCode(withNew("users", "", "events/on-visit.ts")).tables.visit).toEqual(["select", "update"]);
  });

  test("a server, and not what a comment says", () => {
    expect(permissionsInCode(withNew("users", 'env.url("REDIS_URL")')).servers).toEqual(["redis"]);
    expect(withoutComments('// delete from profile\n/* update profile set */ "https://lacio.test" // from visit')).toBe(
      '\n "https://lacio.test" ',
    );
  });
});

const byName = (tables: Permissions["tables"]) => Object.fromEntries(Object.entries(tables).sort());

/** In the order in which the code is read. */
function sorted({ publishes, consumes, calls, tables, servers }: Permissions): Permissions {
  return {
    publishes: [...publishes].sort(),
    consumes: [...consumes].sort(),
    calls: [...calls].sort(),
    tables: byName(tables),
    servers: [...servers].sort(),
  };
}
