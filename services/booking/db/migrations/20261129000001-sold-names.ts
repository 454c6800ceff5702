import { Migration } from "@mikro-orm/migrations";

export class SoldNames extends Migration {
  override up(): void {
    this.addSql(`alter table booking_line add column service_name_en varchar(80) not null default '',
      add column staff_name varchar(100) not null default ''`);
  }
}
