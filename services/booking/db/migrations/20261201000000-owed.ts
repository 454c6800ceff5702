import { Migration } from "@mikro-orm/migrations";

/** What a client should have back and has not, as payments tells it. */
export class Owed extends Migration {
  override up(): void {
    this.addSql(`alter table booking add column owed bigint not null default 0`);
    this.addSql(`alter table money_back add column owed bigint not null default 0`);
  }
}
