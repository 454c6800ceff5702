import type { DatabaseParts } from "@lacio/chassis/db";
import { Account } from "../domain/account.ts";
import { LinkToken } from "../domain/link-token.ts";
import { RefreshToken, Session } from "../domain/session.ts";
import { Init } from "./migrations/20261124000000-init.ts";
import { Ends } from "./migrations/20261205000000-ends.ts";

export const database: DatabaseParts = {
  entities: [Account, Session, RefreshToken, LinkToken],
  migrations: [
    { name: "20261124000000-init", class: Init },
    { name: "20261205000000-ends", class: Ends },
  ],
};
