import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { invalid } from "@lacio/chassis/errors";
import type { GetRegistrationResponse } from "@lacio/proto/auth/v1/auth_service";
import { Document_Type, type ProfileSchema as ProfileMessage } from "@lacio/proto/users/v1/users_service";
import { defineEntity, p } from "@mikro-orm/core";
import { documentOf, type DocumentType } from "./document.ts";

const ProfileSchema = defineEntity({
  name: "Profile",
  tableName: "profile",
  properties: {
    id: p.uuid().primary(),
    name: p.string().length(100),
    email: p.string().length(254),
    phone: p.string().length(25),
    locale: p.string().length(5),
    documentType: p.string().length(10).$type<DocumentType>().nullable(),
    documentNumber: p.string().length(20).nullable(),
    createdAt: p.datetime(),
  },
});

/** What may be changed; absent = as it is. The e-mail address is the account's and belongs to auth. */
export type ProfileWishes = {
  name?: string;
  phone?: string;
  locale?: string;
  document?: { type: Document_Type; number: string };
};

/** How to reach and to invoice somebody. The id is the account's. */
export class Profile extends ProfileSchema.class {
  change({ name, phone, locale, document }: ProfileWishes): void {
    if (name?.includes("\0")) throw invalid("name", "must not contain the character U+0000");
    this.name = name ?? this.name;
    this.phone = phone ?? this.phone;
    this.locale = locale ?? this.locale;
    if (!document) return;
    const { type, number } = documentOf(document);
    this.documentType = type;
    this.documentNumber = number;
  }

  message(): MessageInitShape<typeof ProfileMessage> {
    const { id, name, email, phone, locale, documentType, documentNumber } = this;
    const document = documentType ? { type: Document_Type[documentType], number: documentNumber! } : undefined;
    return { id, name, email, phone, locale, document, createdAt: timestampFromDate(this.createdAt) };
  }
}
ProfileSchema.setClass(Profile);

/** Whoever comes second changes nothing: the profile may have been edited already. */
export async function keepProfile(
  { sql }: { sql: (text: string, params: unknown[]) => Promise<unknown> },
  { accountId, name, email, phone, locale }: GetRegistrationResponse,
  now: Date,
): Promise<void> {
  await sql("insert into profile (id, name, email, phone, locale, created_at) values ($1, $2, $3, $4, $5, $6) on conflict do nothing", [
    accountId,
    name,
    email,
    phone,
    locale,
    now,
  ]);
}
