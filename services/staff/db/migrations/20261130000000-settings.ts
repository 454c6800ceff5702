import { Migration } from "@mikro-orm/migrations";

export class Settings extends Migration {
  override up(): void {
    this.addSql(`create table settings (
      id smallint primary key check (id = 1), grid_minutes smallint not null, bookable_days_ahead smallint not null,
      bookable_from_minutes smallint not null, hold_minutes smallint not null, free_until_hours smallint not null,
      late_refund_percent smallint not null, revision bigint not null)`);
  }
}
