import { Migration } from "@mikro-orm/migrations";

export class Calendar extends Migration {
  override up(): void {
    this.addSql(`alter table notification add column calendar jsonb`);
  }
}
