import { Migration } from "@mikro-orm/migrations";

export class EmailChangedAt extends Migration {
  override up(): void {
    this.addSql(`alter table profile add column email_changed_at timestamptz`);
  }
}
