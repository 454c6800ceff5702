import { Migration } from "@mikro-orm/migrations";

/** Refunds and disputes that begin at the provider or a bank. */
export class MoneyThatMovesThere extends Migration {
  override up(): void {
    this.addSql(`alter table payment
      add column deposit bigint not null default 0 check (deposit >= 0), add column owed bigint not null default 0 check (owed >= 0),
      add column disputed bigint not null default 0 check (disputed >= 0), add column next_check_at timestamptz`);
    this.addSql(
      `update payment set deposit = amount - refunded, next_check_at = now() where status in ('SUCCEEDED', 'PARTLY_REFUNDED', 'REFUNDED')`,
    );
    this.addSql(`alter table payment add column locale varchar(5) not null default 'es', add column pay_until timestamptz`);
    this.addSql(`update payment set pay_until = checkout_expires_at`);
    this.addSql(`alter table payment alter column pay_until set not null`);
    this.addSql(`create index payment_check_due on payment (next_check_at) where next_check_at is not null`);
    this.addSql(`create index payment_intent on payment (intent_id) where intent_id is not null`);
    this.addSql(`create table dispute (
      id text primary key, payment_id uuid not null references payment, amount bigint not null check (amount > 0),
      status varchar(10) not null, opened_at timestamptz not null, closed_at timestamptz)`);
    this.addSql(`create index dispute_payment on dispute (payment_id)`);
    this.addSql(
      `create index provider_event_of_unknown on provider_event ((payload #>> '{data,object,payment_intent}')) where error = 'unknown'`,
    );
  }
}
