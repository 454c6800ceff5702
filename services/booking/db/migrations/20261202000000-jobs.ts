import { Migration } from "@mikro-orm/migrations";

/** Each visit has a job that completes it, instead of a periodic sweep, whose index goes. */
export class Jobs extends Migration {
  override up(): void {
    this.addSql(`drop index booking_to_complete`);
    this.addSql(`insert into job (kind, key, at, created_at)
      select 'complete-visit', id::text, ends_at + interval '12 hours', now() from booking where status = 'CONFIRMED'`);
  }
}
