import { fromBinary } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "@jest/globals";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import {
  AccountDisabledSchema,
  AccountEnabledSchema,
  AccountRegisteredSchema,
  DisabledCause,
  EmailVerifiedSchema,
  PasswordChangedSchema,
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
    const verified = fact(EmailVerifiedSchema, account.id, { accountId: account.id });
    expect(account.setPassword("$argon2id$new", now)).toEqual([changed(account, true), verified]);
    expect(account.verifyEmail(later)).toEqual([]);
    expect(account).toMatchObject({ passwordHash: "$argon2id$new", emailVerifiedAt: now });
  });

  test("tells each change of its password, but not the first one of an invited person", () => {
    const [account] = Account.register({ ...form, passwordHash: null }, now);
    expect(account.setPassword("$argon2id$first", now)).toMatchObject([{ subject: "auth.email_verified" }]);
    expect(account.changePassword("$argon2id$second", now)).toEqual([changed(account, false)]);
    expect(account.setPassword("$argon2id$third", now)).toEqual([changed(account, true)]);
  });

  test("has the newest address that was asked for once that is confirmed, and forgets it with a new password or when erased", () => {
    const [account] = Account.register(form, now);
    expect(account.askForEmail("first@example.com", now)).toMatchObject({ subject: "auth.email_change_requested" });
    account.askForEmail(" Second@Example.com", now);
    expect(account).toMatchObject({ email: "ana.gomez@example.com", newEmail: "second@example.com" });
    expect(account.changeEmail(now).map(({ subject }) => subject)).toEqual(["auth.email_changed", "auth.email_verified"]);
    expect(account).toMatchObject({ email: "second@example.com", newEmail: null, newEmailAskedAt: null, emailVerifiedAt: now });
    expect(() => account.askForEmail("SECOND@example.com", now)).toThrow(expect.objectContaining({ reason: "email_unchanged" }));
    for (const forget of [() => account.changePassword("$argon2id$new", now), () => account.erase(now)]) {
      account.askForEmail("third@example.com", now);
      forget();
      expect(account).toMatchObject({ newEmail: null, newEmailAskedAt: null });
    }
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

const changed = ({ id }: Account, byLink: boolean) =>
  fact(PasswordChangedSchema, id, { accountId: id, changedAt: timestampFromDate(now), byLink });

test.each([
  ["ana@example.com", "ana@example.com"],
  [" ANA@EXAMPLE.COM\n", "ana@example.com"],
])("%j is compared as %j", (typed, compared) => expect(normalEmail(typed)).toBe(compared));
