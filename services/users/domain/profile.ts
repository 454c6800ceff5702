import { Refusal } from "@lacio/chassis/errors";
import { fact, type Fact } from "@lacio/chassis/fact";
import { AccountErasedSchema } from "@lacio/proto/users/v1/events";
import { Profile_WhenStylistCancels, type Document_Type } from "@lacio/proto/users/v1/users_service";
import { defineEntity, p } from "@mikro-orm/core";
import { documentOf, type DocumentType } from "./document.ts";

type WhenStylistCancels = Exclude<keyof typeof Profile_WhenStylistCancels, "WHEN_STYLIST_CANCELS_UNSPECIFIED">;

const ProfileSchema = defineEntity({
  name: "Profile",
  tableName: "profile",
  properties: {
    id: p.uuid().primary(),
    name: p.string().length(100),
    email: p.string().length(254),
    phone: p.string().length(25),
    locale: p.string().length(5),
    documentType: p.string().length(20).$type<DocumentType>().nullable(),
    documentNumber: p.string().length(20).nullable(),
    createdAt: p.datetime(),
    marketingMailGivenAt: p.datetime().nullable(),
    marketingMailWithdrawnAt: p.datetime().nullable(),
    whenStylistCancels: p.string().length(10).$type<WhenStylistCancels>(),
    erasedAt: p.datetime().nullable(),
    emailVerified: p.boolean(),
    emailChangedAt: p.datetime().nullable(),
  },
});

/** A partial update; absent = unchanged. The e-mail address is not in it: auth owns it. */
export type ProfileWishes = {
  name?: string;
  phone?: string;
  locale?: string;
  document?: { type: Document_Type; number: string };
  marketingMail?: boolean;
  whenStylistCancels?: Profile_WhenStylistCancels;
};

/** How to reach and to invoice somebody, and what they prefer. The id is the account's. */
export class Profile extends ProfileSchema.class {
  change({ name, phone, locale, document, marketingMail, whenStylistCancels }: ProfileWishes, now: Date): void {
    this.refuseErased();
    this.name = name ?? this.name;
    this.phone = phone ?? this.phone;
    this.locale = locale ?? this.locale;
    if (document) this.identify(document);
    if (marketingMail !== undefined) this.consentToMarketingMail(marketingMail, now);
    if (whenStylistCancels) this.whenStylistCancels = Profile_WhenStylistCancels[whenStylistCancels] as WhenStylistCancels;
  }

  /** A token may come before its session's end is heard of: it must not reach the tombstone. @throws Refusal `account_erased` */
  refuseErased(): void {
    if (this.erasedAt != null) throw new Refusal("account_erased", "The data of this account was erased.");
  }

  /** Leaves the row as a tombstone, so that no late event opens the profile again. Idempotent: no second fact. */
  erase(now: Date): Fact[] {
    if (this.erasedAt != null) return [];
    Object.assign(this, { name: "", email: "", phone: "", documentType: null, documentNumber: null, erasedAt: now });
    this.whenStylistCancels = "REFUND";
    this.consentToMarketingMail(false, now);
    return [fact(AccountErasedSchema, this.id, { accountId: this.id })];
  }

  /** Projects auth's EmailVerified; a tombstone stays as it is. */
  verifyEmail(): void {
    if (this.erasedAt == null) this.emailVerified = true;
  }

  /**
   * Projects auth's EmailChanged; a tombstone stays as it is. `email` was asked for after the change at `changedAt`, so an address of a later
   * change is at least as new.
   */
  changeEmail(email: string, changedAt: Date): void {
    if (this.erasedAt != null || (this.emailChangedAt ?? changedAt) > changedAt) return;
    Object.assign(this, { email, emailVerified: true, emailChangedAt: changedAt });
  }

  /** Whether a consent to news by e-mail is in force. */
  wantsMarketingMail(): boolean {
    return this.marketingMailGivenAt != null && this.marketingMailWithdrawnAt == null;
  }

  private identify(document: { type: Document_Type; number: string }): void {
    const { type, number } = documentOf(document);
    this.documentType = type;
    this.documentNumber = number;
  }

  // Ley 1581 asks for proof of consent: repeating it keeps the first timestamp, and a withdrawal is stored beside it, not over it.
  private consentToMarketingMail(wished: boolean, now: Date): void {
    if (wished === this.wantsMarketingMail()) return;
    if (wished) Object.assign(this, { marketingMailGivenAt: now, marketingMailWithdrawnAt: null });
    else this.marketingMailWithdrawnAt = now;
  }
}
ProfileSchema.setClass(Profile);
