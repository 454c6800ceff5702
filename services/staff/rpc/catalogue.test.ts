import { describe, expect, test } from "@jest/globals";
import type { DescMessage } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import { subjectOf } from "@lacio/chassis/fact";
import { ServiceChangedSchema } from "@lacio/proto/staff/v1/events";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { beforeTests } from "@lacio/testkit/before-tests";
import { startSystem, type System } from "@lacio/testkit/system";
import { adminToken, clientFor, refusal, signUp, sql, until } from "@lacio/testkit/testing";
import { factsOf, outbox } from "../testing/facts.ts";

let system: System;
let admin: Client<typeof StaffService>;
let anyone: Client<typeof StaffService>;
let client: Client<typeof StaffService>;

await beforeTests(
  async () => {
    const services = ["auth", "staff"];
    system = await startSystem({ dir: ".lacio/test/staff-catalogue", services, edge: false, stripe: false, fsync: false });
    admin = clientFor(StaffService, system, await adminToken(system));
    client = clientFor(StaffService, system, (await signUp(system)).accessToken);
    anyone = clientFor(StaffService, system);
  },
  () => system?.stop(),
);

type Wishes = Exclude<Parameters<Client<typeof StaffService>["createService"]>[0], { $typeName: string }>;
const cop = (minorUnits: bigint) => ({ currencyCode: "COP", minorUnits });
const offer = (wishes: Wishes = {}) => ({
  name: `Alisado ${crypto.randomUUID()}`,
  price: cop(25_000_000n),
  phases: [{ name: "Alisado", minutes: 120, busy: true }],
  ...wishes,
});
const newSkill = async () => (await admin.createSkill({ name: `Nano ${crypto.randomUUID().slice(0, 20)}` })).skill!.id;
const unknownId = "01990000-0000-7000-8000-000000000000";

describe("a service", () => {
  test("is offered with the values given and defaults for the rest, and emits a fact", async () => {
    const skillId = await newSkill();
    const phases = [
      { name: "Aplicar", minutes: 60, busy: true },
      { name: "Actuar", minutes: 45, busy: false },
      { name: "Terminar", minutes: 60, busy: true },
    ];
    const wishes = offer({ nameEn: "Keratin", description: "Con ñ", phases, bufferMinutes: 10, skillIds: [skillId] });
    const { service } = await admin.createService(wishes);
    expect(service).toMatchObject({ ...wishes, ivaPercent: 19, durationMinutes: 165, active: true, descriptionEn: "" });
    expect(await emittedFacts(ServiceChangedSchema, service!.id)).toMatchObject([{ revision: 1n, service: { id: service!.id } }]);
  });

  test("is changed field by field; each change emits a greater revision, a repeat emits nothing", async () => {
    const [first, second] = [await newSkill(), await newSkill()];
    const { service } = await admin.createService(offer({ ivaPercent: 0, skillIds: [first] }));
    const serviceId = service!.id;
    const dearer = (await admin.updateService({ serviceId, price: cop(30_000_000n), bufferMinutes: 15 })).service;
    expect(dearer).toEqual({ ...service!, price: { ...service!.price!, minorUnits: 30_000_000n }, bufferMinutes: 15 });
    await admin.updateService({ serviceId, price: cop(30_000_000n), skillIds: { ids: [first] }, active: true });
    await admin.updateService({ serviceId, skillIds: { ids: [second, first] } });
    await admin.updateService({ serviceId, skillIds: { ids: [] }, phases: [{ name: "Corto", minutes: 90, busy: true }] });
    const last = (await admin.updateService({ serviceId, active: false })).service!;
    expect(last).toMatchObject({ active: false, durationMinutes: 90, skillIds: [], ivaPercent: 0 });

    const facts = await emittedFacts(ServiceChangedSchema, serviceId);
    expect(facts.map(({ revision }) => revision)).toEqual([1n, 2n, 3n, 4n, 5n]);
    expect(facts[2]!.service!.skillIds).toEqual([first, second].sort());
    expect(facts[4]!.service).toEqual(last);
  });

  test("has a unique name, regardless of case", async () => {
    const mark = crypto.randomUUID();
    const { service } = await admin.createService(offer({ name: `Ñandú Ácido ${mark}` }));
    const other = await admin.createService(offer());
    expect(await refusal(admin.createService(offer({ name: `ÑANDÚ ácido ${mark.toUpperCase()}` })))).toBe("AlreadyExists name_taken");
    expect(await refusal(admin.updateService({ serviceId: other.service!.id, name: `ñandú ácido ${mark}` }))).toBe(
      "AlreadyExists name_taken",
    );
    expect((await admin.updateService({ serviceId: service!.id, name: `ñandú ácido ${mark}` })).service!.name).toBe(`ñandú ácido ${mark}`);
  });

  test("is made once for one Idempotency-Key", async () => {
    const wishes = offer();
    const headers = { "idempotency-key": crypto.randomUUID() };
    const [one, two] = [await admin.createService(wishes, { headers }), await admin.createService(wishes, { headers })];
    expect(two).toEqual(one);
    expect(await refusal(admin.createService(offer(), { headers }))).toBe("InvalidArgument idempotency_key_reused Idempotency-Key");
  });

  test("clean before checking: its name has no blanks around it, and one between its words", async () => {
    const { service } = await admin.createService(offer({ name: "  Alisado\u00a0  largo " }));
    expect(service!.name).toBe("Alisado largo");
  });

  const busy = { name: "A", minutes: 60, busy: true };
  test.each<[string, Wishes]>([
    ["name", { name: "" }],
    ["name", { name: " \u00a0 " }],
    ["name", { name: "x".repeat(81) }],
    ["name", { name: "Ali\0sado" }],
    ["nameEn", { nameEn: "\0" }],
    ["description", { description: "\0" }],
    ["description", { description: "x".repeat(1_001) }],
    ["descriptionEn", { descriptionEn: "\0" }],
    ["price", { price: undefined }],
    ["price.currencyCode", { price: { currencyCode: "USD", minorUnits: 1n } }],
    ["price.currencyCode", { price: { currencyCode: "cop", minorUnits: 1n } }],
    ["price.minorUnits", { price: cop(0n) }],
    ["price.minorUnits", { price: cop(-1n) }],
    ["price.minorUnits", { price: cop(9_000_000_000_000_000_000n) }],
    ["ivaPercent", { ivaPercent: 7 }],
    ["phases", { phases: [] }],
    ["phases", { phases: [{ ...busy, busy: false }] }],
    ["phases", { phases: [busy, { ...busy, minutes: 480 }, { ...busy, minutes: 181 }] }],
    ["phases", { phases: Array.from({ length: 13 }, () => busy) }],
    ["phases[1].minutes", { phases: [busy, { ...busy, minutes: 4 }] }],
    ["phases[1].name", { phases: [busy, { ...busy, name: "" }] }],
    ["phases[1].name", { phases: [busy, { ...busy, name: "\0" }] }],
    ["bufferMinutes", { bufferMinutes: -5 }],
    ["bufferMinutes", { bufferMinutes: 121 }],
    ["skillIds[0]", { skillIds: ["keratina"] }],
    ["skillIds", { skillIds: [unknownId] }],
    ["skillIds", { skillIds: [unknownId, unknownId] }],
  ])("with a wrong %s is refused (%#)", async (field, wishes) => {
    expect(await refusal(admin.createService(offer(wishes)))).toMatch(
      new RegExp(`^InvalidArgument \\w+ ${field.replace(/[[\]]/g, "\\$&")}$`),
    );
  });

  test("is not changed into one that could not be offered", async () => {
    const { service } = await admin.createService(offer());
    const change = (wishes: object) => refusal(admin.updateService({ serviceId: service!.id, ...wishes }));
    expect(await change({ price: { currencyCode: "EUR", minorUnits: 1n } })).toBe("InvalidArgument invalid_argument price.currencyCode");
    expect(await change({ price: cop(0n) })).toBe("InvalidArgument invalid_argument price.minorUnits");
    expect(await change({ phases: [{ ...busy, busy: false }] })).toBe("InvalidArgument invalid_argument phases");
    expect(await change({ skillIds: { ids: [unknownId] } })).toBe("InvalidArgument skill_unknown skillIds.ids");
    expect(await change({ name: "\0" })).toBe("InvalidArgument invalid_argument name");
    expect(await refusal(admin.updateService({ serviceId: unknownId, name: "X" }))).toBe("NotFound not_found");
    expect(await emittedFacts(ServiceChangedSchema, service!.id)).toHaveLength(1);
  });
});

describe("the list of services", () => {
  test("is everybody's, in Spanish order, page by page, without what is no longer offered", async () => {
    const mark = crypto.randomUUID();
    const names = ["Ámbar", "azul", "Brillo", "Ñame", "Zafiro"].map((name) => `${name} ${mark}`);
    for (const name of [...names].reverse()) await admin.createService(offer({ name }));
    const { service } = await admin.createService(offer({ name: `Cerrado ${mark}` }));
    await admin.updateService({ serviceId: service!.id, active: false });

    const all = async (who: Client<typeof StaffService>, includeInactive: boolean) => {
      const found: string[] = [];
      for (let pageToken = ""; ;) {
        const page = await who.listServices({ pageSize: 2, pageToken, includeInactive });
        expect(page.services.length).toBeLessThanOrEqual(2);
        found.push(...page.services.map(({ name }) => name));
        if (!(pageToken = page.nextPageToken)) return found.filter((name) => name.endsWith(mark));
      }
    };
    expect(await all(anyone, false)).toEqual(names);
    expect(await all(client, true)).toEqual(names);
    expect(await all(admin, false)).toEqual(names);
    expect(await all(admin, true)).toEqual([...names.slice(0, 3), `Cerrado ${mark}`, ...names.slice(3)]);
  });

  const token = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString("base64url");
  test.each(["x", "{}", token("a"), token("a", "b"), token(1, 2), token("\0", unknownId), token({}, [])])(
    "refuses a page token that is not its own: %s",
    async (pageToken) => {
      const expected = "InvalidArgument invalid_argument pageToken";
      expect(await refusal(anyone.listServices({ pageToken }))).toBe(expected);
      expect(await refusal(anyone.listSkills({ pageToken }))).toBe(expected);
      expect(await refusal(anyone.listStaff({ pageToken }))).toBe(expected);
    },
  );

  test("refuses a page size out of bounds", async () => {
    for (const pageSize of [-1, 201])
      expect(await refusal(anyone.listServices({ pageSize }))).toBe("InvalidArgument invalid_argument pageSize");
  });
});

describe("a skill", () => {
  test("is added, renamed and listed", async () => {
    const mark = crypto.randomUUID().slice(0, 20);
    const { skill } = await admin.createSkill({ name: `Cirugía ${mark}` });
    await admin.createSkill({ name: `Brasilera ${mark}` });
    expect((await admin.updateSkill({ skillId: skill!.id, name: `Anillado ${mark}` })).skill).toMatchObject({ id: skill!.id });
    const found: string[] = [];
    for (let pageToken = "", more = true; more; more = pageToken !== "") {
      const page = await anyone.listSkills({ pageSize: 1, pageToken });
      found.push(...page.skills.map(({ name }) => name));
      pageToken = page.nextPageToken;
    }
    expect(found.filter((name) => name.endsWith(mark))).toEqual([`Anillado ${mark}`, `Brasilera ${mark}`]);
  });

  test("has a unique and valid name", async () => {
    const mark = crypto.randomUUID().slice(0, 20);
    const { skill } = await admin.createSkill({ name: `Keratina Ñ ${mark}` });
    const other = await newSkill();
    expect(await refusal(admin.createSkill({ name: `KERATINA ñ ${mark}` }))).toBe("AlreadyExists name_taken");
    expect(await refusal(admin.updateSkill({ skillId: other, name: `keratina ñ ${mark}` }))).toBe("AlreadyExists name_taken");
    expect((await admin.updateSkill({ skillId: skill!.id, name: `keratina Ñ ${mark}` })).skill!.name).toBe(`keratina Ñ ${mark}`);
    for (const name of ["", " ", "x".repeat(41), "a\0b"])
      expect(await refusal(admin.createSkill({ name }))).toBe("InvalidArgument invalid_argument name");
    expect(await refusal(admin.updateSkill({ skillId: other, name: "\0" }))).toBe("InvalidArgument invalid_argument name");
    expect(await refusal(admin.updateSkill({ skillId: unknownId, name: "Nada" }))).toBe("NotFound not_found");
    expect(await refusal(admin.updateSkill({ skillId: "1", name: "Nada" }))).toBe("InvalidArgument invalid_argument skillId");
  });
});

test("only an ADMIN changes the catalogue", async () => {
  const calls = (who: Client<typeof StaffService>) => [
    who.createService(offer()),
    who.updateService({ serviceId: unknownId }),
    who.createSkill({ name: "Nada" }),
    who.updateSkill({ skillId: unknownId, name: "Nada" }),
  ];
  for (const call of calls(client)) expect(await refusal(call)).toBe("PermissionDenied forbidden");
  for (const call of calls(anyone)) expect(await refusal(call)).toBe("Unauthenticated unauthenticated");
});

/** The facts emitted for one aggregate, oldest first, once all of them are published to JetStream. */
const emittedFacts = <S extends DescMessage>(schema: S, key: string) =>
  until(async () => factsOf(schema, await sql(system, "staff", outbox, [subjectOf(schema), key])));
