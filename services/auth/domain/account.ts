import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { invalid, Refusal } from "@lacio/chassis/errors";
import { fact, type Fact } from "@lacio/chassis/fact";
import {
  AccountDisabledSchema,
  AccountEnabledSchema,
  AccountRegisteredSchema,
  DisabledCause,
  EmailChangedSchema,
  EmailChangeRequestedSchema,
  EmailVerifiedSchema,
  PasswordChangedSchema,
  PasswordResetRequestedSchema,
} from "@lacio/proto/auth/v1/events";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import { defineEntity, p } from "@mikro-orm/core";
import { v7 as uuidv7 } from "uuid";

const AccountSchema = defineEntity({
  name: "Account",
  tableName: "account",
  properties: {
    id: p.uuid().primary(),
    email: p.string().length(254).nullable(),
    passwordHash: p.text().nullable(),
    role: p.string().length(10).$type<keyof typeof Caller_Role>(),
    name: p.string().length(100),
    phone: p.string().length(25),
    locale: p.string().length(5),
    emailVerifiedAt: p.datetime().nullable(),
    newEmail: p.string().length(254).nullable(),
    newEmailAskedAt: p.datetime().nullable(),
    createdAt: p.datetime(),
    erasedAt: p.datetime().nullable(),
    disabledAt: p.datetime().nullable(),
    dismissedAt: p.datetime().nullable(),
    stylistRevision: p.bigint("bigint"),
  },
});

export type Registration = {
  email: string;
  passwordHash: string | null;
  role: Caller_Role;
  name: string;
  phone: string;
  locale: string;
};

/** Who may sign in. Name, phone and locale are a snapshot of the registration; users owns them afterwards. */
export class Account extends AccountSchema.class {
  static register(form: Registration, now: Date): [Account, Fact] {
    const account = new Account();
    Object.assign(account, {
      ...form,
      id: uuidv7(),
      email: normalEmail(form.email),
      role: Caller_Role[form.role],
      locale: form.locale || "es",
      createdAt: now,
      stylistRevision: 0n,
    });
    return [
      account,
      fact(AccountRegisteredSchema, account.id, { accountId: account.id, role: form.role, invited: form.passwordHash === null }),
    ];
  }

  /** Idempotent: no fact when the address is verified already. */
  verifyEmail(now: Date): Fact[] {
    if (this.emailVerifiedAt != null) return [];
    this.emailVerifiedAt = now;
    return [fact(EmailVerifiedSchema, this.id, { accountId: this.id })];
  }

  /** No fact for an account that nobody may sign in with. */
  requestPasswordReset(): Fact[] {
    return this.isDisabled() ? [] : [fact(PasswordResetRequestedSchema, this.id, { accountId: this.id })];
  }

  /** With a mailed link, which proves control of the mailbox: the address counts as verified. */
  setPassword(passwordHash: string, now: Date): Fact[] {
    return [...this.replacePassword(passwordHash, true, now), ...this.verifyEmail(now)];
  }

  /** By the person who is signed in and knows the old one. */
  changePassword(passwordHash: string, now: Date): Fact[] {
    return this.replacePassword(passwordHash, false, now);
  }

  // Who changes a password wants nobody else in: a new address that waits is forgotten. An invited person's first password is no change.
  private replacePassword(passwordHash: string, byLink: boolean, now: Date): Fact[] {
    const first = this.passwordHash == null;
    Object.assign(this, { passwordHash, newEmail: null, newEmailAskedAt: null });
    const changed = { accountId: this.id, changedAt: timestampFromDate(now), byLink };
    return first ? [] : [fact(PasswordChangedSchema, this.id, changed)];
  }

  /** The new address waits for its confirmation, instead of an older one. @throws Refusal `email_unchanged` */
  askForEmail(typed: string, now: Date): Fact {
    this.refuseSameEmail(typed);
    Object.assign(this, { newEmail: normalEmail(typed), newEmailAskedAt: now });
    return fact(EmailChangeRequestedSchema, this.id, { accountId: this.id });
  }

  /** @throws Refusal `email_unchanged` */
  refuseSameEmail(typed: string): void {
    if (normalEmail(typed) === this.email) throw invalid("email", "is this account's address already", "email_unchanged");
  }

  /** The mailed link proves control of the new mailbox. */
  changeEmail(now: Date): Fact[] {
    Object.assign(this, { email: this.newEmail, newEmail: null, newEmailAskedAt: null, emailVerifiedAt: null });
    return [fact(EmailChangedSchema, this.id, { accountId: this.id, changedAt: timestampFromDate(now) }), ...this.verifyEmail(now)];
  }

  isDisabled(): boolean {
    return this.disabledAt != null || this.dismissedAt != null;
  }

  /** Nobody may sign in with it. */
  isClosed(): boolean {
    return this.isDisabled() || this.erasedAt != null;
  }

  refuseDisabled(): void {
    if (this.isDisabled()) throw new Refusal("account_disabled", "This account is disabled; ask the salon.", Code.PermissionDenied);
  }

  /** By an ADMIN, whose account is `by`; a setting of its own beside the dismissal, which a stylist's return does not end. Idempotent. */
  disable(by: string, now: Date): Fact[] {
    if (this.disabledAt != null) return [];
    this.disabledAt = now;
    return [fact(AccountDisabledSchema, this.id, { accountId: this.id, cause: DisabledCause.BY_ADMIN, by })];
  }

  enable(by: string): Fact[] {
    if (this.disabledAt == null) return [];
    this.disabledAt = null;
    return [fact(AccountEnabledSchema, this.id, { accountId: this.id, cause: DisabledCause.BY_ADMIN, by })];
  }

  /** What staff says of a stylist. An older revision, which comes late, changes nothing. */
  followStylist(active: boolean, revision: bigint, now: Date): Fact[] {
    if (revision <= this.stylistRevision) return [];
    this.stylistRevision = revision;
    if (active === (this.dismissedAt == null)) return [];
    this.dismissedAt = active ? null : now;
    const told = { accountId: this.id, cause: DisabledCause.DISMISSED };
    return [active ? fact(AccountEnabledSchema, this.id, told) : fact(AccountDisabledSchema, this.id, told)];
  }

  /** Leaves the row as a tombstone without personal data; the address is free for a new account. */
  erase(now: Date): void {
    this.erasedAt ??= now;
    Object.assign(this, {
      email: null,
      passwordHash: null,
      emailVerifiedAt: null,
      newEmail: null,
      newEmailAskedAt: null,
      name: "",
      phone: "",
    });
  }
}
AccountSchema.setClass(Account);

/** The form in which addresses are stored and compared: trimmed, in lower case. */
export const normalEmail = (email: string): string => email.trim().toLowerCase();

export const emailTaken = () => new Refusal("email_taken", "There is an account with this e-mail address already.", Code.AlreadyExists);
