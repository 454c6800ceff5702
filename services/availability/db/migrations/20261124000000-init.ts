import { Migration } from "@mikro-orm/migrations";

export class Init extends Migration {
  override up(): void {
    this.addSql(`create table salon_service (
      id uuid primary key, name text not null, currency_code char(3) not null, price bigint not null, iva_percent int not null,
      phases jsonb not null, buffer_minutes int not null, skill_ids uuid[] not null, active boolean not null, revision bigint not null)`);
    this.addSql(`create table stylist (
      id uuid primary key, name text not null, active boolean not null, skill_ids uuid[] not null, revision bigint not null)`);
    this.addSql(`create table schedule (staff_id uuid primary key, shifts jsonb not null, revision bigint not null)`);
    // Epoch minutes (since 1970-01-01T00:00Z), the unit in which the search computes.
    this.addSql(`create table time_off (
      id uuid primary key, staff_id uuid not null, start_minute int not null, end_minute int not null, removed boolean not null)`);
    this.addSql(`create index time_off_by_staff on time_off (staff_id, end_minute) where not removed`);
    this.addSql(`create table booking_seen (booking_id uuid primary key, revision bigint not null)`);
    // A visit and its buffer take at most 14 hours: the search bounds its index range by that and never scans the past.
    this.addSql(`create table busy (
      booking_id uuid not null, staff_id uuid not null, start_minute int not null, end_minute int not null,
      constraint busy_length check (end_minute > start_minute and end_minute <= start_minute + 840))`);
    this.addSql(`create index busy_by_staff on busy (staff_id, start_minute) include (end_minute, booking_id)`);
    this.addSql(`create index busy_by_booking on busy (booking_id)`);
    // The best plan does not depend on the parameters, and planning costs as much as executing: plan once per connection.
    this.addSql(`alter role current_user set plan_cache_mode = force_generic_plan`);
  }
}
