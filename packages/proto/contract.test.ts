import { readdirSync } from "node:fs";
import path from "node:path";
import { getExtension, getOption, hasOption, ScalarType, type DescField, type DescMessage, type DescMethod } from "@bufbuild/protobuf";
import { describe, expect, test } from "@jest/globals";
import { http } from "@lacio/proto/google/api/annotations";
import { field as rules } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { file_lacio_common_v1_money } from "@lacio/proto/common/v1/money";
import { access, subject, Written, written } from "@lacio/proto/options/v1/options";
import { document, line, phone } from "@lacio/proto/rules/v1/rules";
import { events, files, methods, services } from "./registry.ts";

const nameOf = (method: DescMethod) => `${method.parent.typeName.split(".").at(-1)}/${method.name}`;
const rule = (method: DescMethod) => getOption(method, access);

/** Public methods have to be listed here as well as in their protos, so that none becomes public by mistake. */
const anyone = [
  "AuthService/ConfirmEmailChange",
  "AuthService/Login",
  "AuthService/Logout",
  "AuthService/Refresh",
  "AuthService/Register",
  "AuthService/RequestPasswordReset",
  "AuthService/ResetPassword",
  "AuthService/VerifyEmail",
  "AvailabilityService/GetAvailability",
  "ReassignmentService/AnswerByLink",
  "ReassignmentService/GetAlternativesByLink",
  "ReassignmentService/GetSlotsByLink",
  "StaffService/GetSettings",
  "StaffService/GetStylist",
  "StaffService/ListServices",
  "StaffService/ListSkills",
  "StaffService/ListStaff",
];

test("the registry lists every file of ours", () => {
  const root = path.resolve(import.meta.dirname, "../../proto");
  const found = readdirSync(path.join(root, "lacio"), { recursive: true, encoding: "utf8" })
    .filter((file) => /(_service|events)\.proto$/.test(file))
    .map((file) => `lacio/${file.replace(/\.proto$/, "")}`);
  expect(files.map(({ name }) => name).sort()).toEqual(found.sort());
});

describe("every method", () => {
  test("says who may call it", () => {
    expect(methods.filter((method) => !hasOption(method, access)).map(nameOf)).toEqual([]);
  });

  test("is open to everybody only if listed here", () => {
    expect(
      methods
        .filter((method) => rule(method).anyone)
        .map(nameOf)
        .sort(),
    ).toEqual(anyone);
  });

  test("allows somebody, and only services that exist", () => {
    const names = new Set([...services.map(({ typeName }) => typeName.split(".")[1]!), "admin"]);
    for (const method of methods) {
      const { anyone, roles, callers } = rule(method);
      expect([nameOf(method), anyone || roles.length + callers.length > 0]).toEqual([nameOf(method), true]);
      expect(callers.filter((caller) => !names.has(caller))).toEqual([]);
    }
  });

  test("names a string field of its request in `self`", () => {
    for (const method of methods.filter((candidate) => rule(candidate).self)) {
      const field = method.input.fields.find(({ name }) => name === rule(method).self);
      expect([nameOf(method), field?.fieldKind === "scalar" && field.scalar === ScalarType.STRING]).toEqual([nameOf(method), true]);
    }
  });

  test("for services alone has no REST path", () => {
    const internal = methods.filter((method) => !rule(method).anyone && rule(method).roles.length === 0);
    expect(internal.filter((method) => hasOption(method, http)).map(nameOf)).toEqual([]);
  });

  test("for people has a REST path below /v1 that no other has", () => {
    const forPeople = methods.filter((method) => rule(method).anyone || rule(method).roles.length > 0);
    const paths = forPeople.map((method) => restOf(method));
    expect(paths.filter((one) => !/^(get|post|put|patch|delete) \/v1\//.test(one))).toEqual([]);
    expect(new Set(paths.map((one) => one.replace(/\{\w+\}/g, "{}"))).size).toBe(paths.length);
  });

  test("has path variables that are fields of its request", () => {
    for (const method of methods.filter((candidate) => hasOption(candidate, http))) {
      const variables = [...restOf(method).matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const fields = method.input.fields.map(({ name }) => name);
      expect([nameOf(method), variables.filter((variable) => !fields.includes(variable!))]).toEqual([nameOf(method), []]);
    }
  });

  test("is unary where it has a REST path, and answers whole messages", () => {
    for (const method of methods.filter((candidate) => hasOption(candidate, http))) {
      expect([nameOf(method), method.methodKind, getOption(method, http).responseBody]).toEqual([nameOf(method), "unary", ""]);
    }
  });

  test("that lists takes a page and answers the next one", () => {
    for (const method of methods.filter(({ name }) => name.startsWith("List"))) {
      const asks = method.input.fields.map(({ name }) => name);
      const answers = method.output.fields.map(({ name }) => name);
      expect([nameOf(method), asks.includes("page_size") && asks.includes("page_token") && answers.includes("next_page_token")]).toEqual([
        nameOf(method),
        true,
      ]);
    }
  });
});

describe("every event", () => {
  const facts = events.filter((message) => hasOption(message, subject));

  test("has a subject that begins with its owner, once", () => {
    const subjects = facts.map((message) => getOption(message, subject));
    expect(subjects.filter((one, i) => !one.startsWith(`${facts[i]!.typeName.split(".")[1]}.`))).toEqual([]);
    expect(new Set(subjects).size).toBe(subjects.length);
  });

  test("without a subject is a part of one that has", () => {
    const parts = facts.flatMap((message) => message.fields.flatMap((field) => messageOf(field)?.typeName ?? []));
    expect(
      events.filter((message) => !hasOption(message, subject) && !parts.includes(message.typeName)).map(({ typeName }) => typeName),
    ).toEqual([]);
  });

  test("carries no name, mail or phone of a person", () => {
    for (const message of facts)
      expect([
        message.typeName,
        fieldsBelow(message)
          .filter(isPersonal)
          .map(({ name }) => name),
      ]).toEqual([message.typeName, []]);
  });
});

test("what must not be logged says so", () => {
  const secret = /^(email|password|phone|token|access_token|refresh_token|address)$/;
  const open = files
    .flatMap(({ messages }) => messages)
    .flatMap(({ fields }) => fields.filter(({ name, proto }) => secret.test(name) && !proto.options?.debugRedact));
  expect(open.map(({ parent, name }) => `${parent.typeName}.${name}`)).toEqual([]);
});

describe("one rule per field", () => {
  const below = (message: DescMessage): DescMessage[] => [message, ...message.nestedMessages.flatMap(below)];
  const fields = [...files, file_lacio_common_v1_money]
    .flatMap(({ messages }) => messages.flatMap(below))
    .flatMap((message) => message.fields);
  const stringRules = (field: DescField) => {
    const { type } = getOption(field, rules);
    return type.case === "string" ? type.value : undefined;
  };

  test("no rule is a bare pattern: a refusal would show it to people", () => {
    expect(fields.filter((field) => stringRules(field)?.pattern).map(String)).toEqual([]);
  });

  test("what has a form that people write is cleaned before it is checked", () => {
    const forms: [Written, (field: DescField) => boolean | undefined][] = [
      [Written.EMAIL, (field) => stringRules(field)?.wellKnown.case === "email"],
      [Written.PHONE, (field) => hasRule(field, phone)],
      [Written.LINE, (field) => hasRule(field, line)],
      [Written.DOCUMENT, (field) => hasRule(field, document)],
    ];
    const hasRule = (field: DescField, rule: typeof line) => stringRules(field) && getExtension(stringRules(field)!, rule);
    for (const [kind, has] of forms) {
      const such = fields.filter(has);
      expect([kind, such.length > 0]).toEqual([kind, true]);
      expect(such.filter((field) => getOption(field, written) !== kind).map(String)).toEqual([]);
    }
  });
});

function restOf(method: DescMethod): string {
  const { pattern } = getOption(method, http);
  return `${pattern.case} ${String(pattern.value)}`;
}

const messageOf = (field: DescField): DescMessage | undefined => field.message;
const isPersonal = ({ name }: DescField) => /^(email|phone|client_name|person_name|first_name|last_name)$/.test(name);

function fieldsBelow(message: DescMessage): DescField[] {
  return message.fields.flatMap((field) => [field, ...(field.message ? fieldsBelow(field.message) : [])]);
}
