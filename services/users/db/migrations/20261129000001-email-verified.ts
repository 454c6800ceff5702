import { Migration } from "@mikro-orm/migrations";

export class EmailVerified extends Migration {
  override up(): void {
    this.addSql(`alter table profile add column email_verified boolean not null default false`);
  }
}
