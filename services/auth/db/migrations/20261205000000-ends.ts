import { Migration } from "@mikro-orm/migrations";

/** Disabled and dismissed accounts, and an index for the sessions that ended lately. */
export class Ends extends Migration {
  override up(): void {
    this.addSql(`create index session_revoked on session (revoked_at) where revoked_at is not null`);
    // Last: it locks out who signs in, until the migration is over.
    this.addSql(
      `alter table account add disabled_at timestamptz, add dismissed_at timestamptz, add stylist_revision bigint not null default 0`,
    );
  }
}
