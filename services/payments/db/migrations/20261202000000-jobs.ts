import { Migration } from "@mikro-orm/migrations";

/** Work that is due becomes rows of `job`: provider events, refunds to send, payments to ask about. */
export class Jobs extends Migration {
  override up(): void {
    this.addSql(`insert into job (kind, key, at, created_at)
      select 'process-event', id, next_try_at, received_at from provider_event where processed_at is null
      union all select 'send-refund', id::text, next_try_at, created_at from refund where status = 'REQUESTED'
      union all select 'settle-payment', id::text, now(), created_at from payment where status = 'PENDING'
      union all select 'compare-payment', id::text, next_check_at, created_at from payment where next_check_at is not null`);
    this.addSql(`drop index provider_event_waiting`);
    this.addSql(`drop index refund_waiting`);
    this.addSql(`drop index payment_check_due`);
    this.addSql(`alter table provider_event drop column attempts, drop column next_try_at`);
    this.addSql(`alter table refund drop column next_try_at`);
    this.addSql(`alter table payment drop column next_check_at`);
  }
}
