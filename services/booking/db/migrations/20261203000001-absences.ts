import { Migration } from "@mikro-orm/migrations";

/** An absence is occupancy, too: what races with its report is refused by the constraint that rules out a second visit. */
export class Absences extends Migration {
  override up(): void {
    // A withdrawal that comes before its absence leaves a row with an empty range (tombstone).
    this.addSql(`create table absence (
      id uuid primary key, staff_id uuid not null, during tstzrange not null default 'empty', reason varchar(200) not null default '',
      withdrawn_at timestamptz)`);
    this.addSql(`create index absence_staff on absence (staff_id)`);
    this.addSql(`alter table occupancy alter column booking_id drop not null, add column absence_id uuid references absence,
      add constraint occupancy_of_one check (num_nonnulls(booking_id, absence_id) = 1),
      drop constraint occupancy_bounds,
      add constraint occupancy_bounds check (
        not isempty(during) and not lower_inf(during) and not upper_inf(during) and lower_inc(during) and not upper_inc(during)
        and (booking_id is null or upper(during) - lower(during) <= interval '12 hours'))`);
    this.addSql(`create index occupancy_absence on occupancy (absence_id) where absence_id is not null`);
  }
}
