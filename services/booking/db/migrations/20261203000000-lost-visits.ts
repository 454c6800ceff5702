import { Migration } from "@mikro-orm/migrations";

/** A visit can lose its stylist, and a substitute's time is held for it. */
export class LostVisits extends Migration {
  override up(): void {
    this.addSql(`alter table booking
      add column loss_id uuid, add column lost_staff_id uuid, add column lost_staff_name varchar(100), add column lost_reason varchar(500),
      add column lost_at timestamptz, add column lost_absence_id uuid,
      add column held_staff_id uuid, add column held_staff_name varchar(100), add column held_until timestamptz,
      add column reduced bigint not null default 0,
      add constraint booking_loss_while_reassigning check (status <> 'REASSIGNING' or loss_id is not null),
      add constraint booking_held_while_reassigning check (held_staff_id is null or status = 'REASSIGNING'),
      add constraint booking_held_until check ((held_staff_id is null) = (held_until is null))`);
    this.addSql(`create index booking_substitute_lapsing on booking (held_until) where held_until is not null`);
    this.addSql(`create index booking_lost_by on booking (lost_absence_id) where status = 'REASSIGNING'`);
  }
}
