import { Migration } from "@mikro-orm/migrations";

/** What the salon owes a client after a failed refund, by the events of payments. */
export class Owed extends Migration {
  override up(): void {
    this.addSql(`alter table booking add column owed bigint not null default 0`);
    this.addSql(`alter table money_back add column owed bigint not null default 0`);
  }
}
