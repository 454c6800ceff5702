import { Migration } from "@mikro-orm/migrations";

export class CompleteVisits extends Migration {
  override up(): void {
    this.addSql(`create index booking_to_complete on booking (ends_at) where status = 'CONFIRMED'`);
  }
}
