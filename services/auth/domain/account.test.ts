import { fromBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "@jest/globals";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import {
  AccountDisabledSchema,
  AccountEnabledSchema,
  AccountRegisteredSchema,
  DisabledCause,
  EmailVerifiedSchema,
  PasswordResetRequestedSchema,
} from "@lacio/proto/auth/v1/events";
import { fact } from "@lacio/chassis/fact";
import { Account, normalEmail, type Registration } from "./account.ts";

const now = new Date("2026-06-01T12:00:00Z");
const form: Registration = {
  email: " Ana.Gomez@Example.COM ",
  passwordHash: "$argon2id$…",
  role: Caller_Role.CLIENT,
  name: "Ana",
  phone: "",
  locale: "",
};

describe("an account", () => {
  test("is opened with the normalised address, in Spanish by default, and its fact has no personal data", () => {
    const [account, registered] = Account.register(form, now);
    expect(account).toMatchObject({ email: "ana.gomez@example.com", locale: "es", role: "CLIENT", createdAt: now });
    const expected = { accountId: account.id, role: Caller_Role.CLIENT, invited: false };
    expect(registered).toEqual(fact(AccountRegisteredSchema, account.id, expected));
  });

  test("without a password is an invitation", () => {
    const [account, registered] = Account.register({ ...form, passwordHash: null, role: Caller_Role.STYLIST, locale: "en" }, now);
    expect(account).toMatchObject({ role: "STYLIST", locale: "en", passwordHash: null });
    expect(fromBinary(AccountRegisteredSchema, registered.payload)).toMatchObject({ role: Caller_Role.STYLIST, invited: true });
  });

  test("is verified once, by the mailed link or by a new password", () => {
    const [account] = Account.register(form, now);
    const later = new Date(now.getTime() + 60_000);
    expect(account.setPassword("$argon2id$new", now)).toEqual([fact(EmailVerifiedSchema, account.id, { accountId: account.id })]);
    expect(account.verifyEmail(later)).toEqual([]);
    expect(account).toMatchObject({ passwordHash: "$argon2id$new", emailVerifiedAt: now });
  });

  test("emits that a password reset was requested, without a token", () => {
    const [account] = Account.register(form, now);
    expect(account.requestPasswordReset()).toEqual([fact(PasswordResetRequestedSchema, account.id, { accountId: account.id })]);
  });

  describe("is disabled", () => {
    const stylist = () => Account.register({ ...form, role: Caller_Role.STYLIST }, now)[0];
    const [by, later] = [crypto.randomUUID(), new Date(now.getTime() + 60_000)];
    const { BY_ADMIN, DISMISSED } = DisabledCause;

    test("by an ADMIN until she enables it, each told once", () => {
      const account = stylist();
      expect(account.disable(by, now)).toEqual([fact(AccountDisabledSchema, account.id, { accountId: account.id, cause: BY_ADMIN, by })]);
      expect([account.disable(by, later), account.disabledAt, account.requestPasswordReset()]).toEqual([[], now, []]);
      expect(() => account.refuseDisabled()).toThrow(expect.objectContaining({ reason: "account_disabled" }));
      expect(account.enable(by)).toEqual([fact(AccountEnabledSchema, account.id, { accountId: account.id, cause: BY_ADMIN, by })]);
      expect([account.enable(by), account.isDisabled()]).toEqual([[], false]);
    });

    test("while its stylist is not active; what staff said before changes nothing", () => {
      const account = stylist();
      const told = { accountId: account.id, cause: DISMISSED };
      expect(account.followStylist(true, 1n, now)).toEqual([]);
      expect(account.followStylist(false, 3n, now)).toEqual([fact(AccountDisabledSchema, account.id, told)]);
      expect([account.followStylist(true, 2n, later), account.followStylist(false, 3n, later)]).toEqual([[], []]);
      expect([account.followStylist(false, 4n, later), account.dismissedAt]).toEqual([[], now]);
      expect(account.followStylist(true, 5n, later)).toEqual([fact(AccountEnabledSchema, account.id, told)]);
      expect(account.isDisabled()).toBe(false);
    });

    test("for two reasons until both have gone", () => {
      const account = stylist();
      account.disable(by, now);
      account.followStylist(false, 1n, now);
      account.followStylist(true, 2n, now);
      expect(account.isDisabled()).toBe(true);
      account.followStylist(false, 3n, now);
      account.enable(by);
      expect(account.isDisabled()).toBe(true);
    });
  });
});

test.each([
  ["ana@example.com", "ana@example.com"],
  [" ANA@EXAMPLE.COM\n", "ana@example.com"],
])("%j is compared as %j", (typed, compared) => expect(normalEmail(typed)).toBe(compared));
