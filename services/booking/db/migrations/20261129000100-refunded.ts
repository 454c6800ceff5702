import { Migration } from "@mikro-orm/migrations";

/** What a client has back, as payments tells it. */
export class Refunded extends Migration {
  override up(): void {
    this.addSql(`alter table booking add column refunded bigint not null default 0`);
  }
}
