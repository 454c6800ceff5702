import { Migration } from "@mikro-orm/migrations";

export class Settings extends Migration {
  override up(): void {
    this.addSql(`create table settings (
      id smallint primary key default 1 check (id = 1), grid_minutes int not null, bookable_days_ahead int not null,
      bookable_from_minutes int not null, revision bigint not null)`);
  }
}
