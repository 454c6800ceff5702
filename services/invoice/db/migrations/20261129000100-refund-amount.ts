import { Migration } from "@mikro-orm/migrations";

/** The whole refund that a credit note belongs to, which its client is told; and refunds whose events came before the invoice. */
export class RefundAmount extends Migration {
  override up(): void {
    this.addSql(`alter table invoice add column refund_amount bigint`);
    this.addSql(`create table refund_before_invoice (
      refund_id uuid primary key, payment_id uuid not null, amount bigint not null, sale bigint not null, created_at timestamptz not null default now())`);
    this.addSql(`create index refund_before_invoice_payment on refund_before_invoice (payment_id)`);
  }
}
