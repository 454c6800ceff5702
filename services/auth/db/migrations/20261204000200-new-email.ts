import { Migration } from "@mikro-orm/migrations";

export class NewEmail extends Migration {
  override up(): void {
    this.addSql(`alter table account add column new_email varchar(254), add column new_email_asked_at timestamptz`);
  }
}
