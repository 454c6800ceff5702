import { Migration } from "@mikro-orm/migrations";

/** Disabled and dismissed accounts, and an index for the sessions that ended lately. */
export class Ends extends Migration {
  override up(): void {
    this.addSql(
      `alter table account add disabled_at timestamptz, add dismissed_at timestamptz, add stylist_revision bigint not null default 0`,
    );
    this.addSql(`create index session_revoked on session (revoked_at, id) where revoked_at is not null`);
  }
}
