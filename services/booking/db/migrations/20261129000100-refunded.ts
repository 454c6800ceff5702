import { Migration } from "@mikro-orm/migrations";

/** What a client got back, by the events of payments; `money_back` keeps what comes before the booking has taken the payment. */
export class Refunded extends Migration {
  override up(): void {
    this.addSql(`create table money_back (payment_id uuid primary key, amount bigint not null)`);
    this.addSql(`alter table booking add column refunded bigint not null default 0`);
  }
}
