import { Migration } from "@mikro-orm/migrations";

// Absences may overlap: a whole sick day is reported after a morning, or over time off. Hence no exclusion, and a table of their own.
export class Absences extends Migration {
  override up(): void {
    this.addSql(`create table absence (
      id uuid primary key, staff_id uuid not null references stylist, from_at timestamptz not null, until_at timestamptz not null,
      reason varchar(200) not null, reported_at timestamptz not null, withdrawn_at timestamptz, check (until_at > from_at))`);
    this.addSql(`create index absence_order on absence (staff_id, from_at, id) where withdrawn_at is null`);
  }
}
