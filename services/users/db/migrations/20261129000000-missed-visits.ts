import { Migration } from "@mikro-orm/migrations";

export class MissedVisits extends Migration {
  override up(): void {
    this.addSql(`alter table visit add column missed boolean not null default false`);
  }
}
