import type { DatabaseParts } from "@lacio/chassis/db";
import { Account, emailTaken } from "../domain/account.ts";
import { LinkToken } from "../domain/link-token.ts";
import { RefreshToken, Session } from "../domain/session.ts";
import { Init } from "./migrations/20261124000000-init.ts";
import { NewEmail } from "./migrations/20261204000200-new-email.ts";
import { Ends } from "./migrations/20261205000000-ends.ts";

export const database: DatabaseParts = {
  entities: [Account, Session, RefreshToken, LinkToken],
  migrations: [
    { name: "20261124000000-init", class: Init },
    { name: "20261204000200-new-email", class: NewEmail },
    { name: "20261205000000-ends", class: Ends },
  ],
  refusals: { account_email_unique: emailTaken },
};
