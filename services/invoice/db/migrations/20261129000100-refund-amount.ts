import { Migration } from "@mikro-orm/migrations";

/** The whole refund that a credit note belongs to, which its client is told. */
export class RefundAmount extends Migration {
  override up(): void {
    this.addSql(`alter table invoice add column refund_amount bigint`);
  }
}
