import { Migration } from "@mikro-orm/migrations";

export class EnglishNames extends Migration {
  override up(): void {
    this.addSql(`alter table salon_service add column name_en text not null default ''`);
  }
}
