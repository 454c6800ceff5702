import { Migration } from "@mikro-orm/migrations";

export class Init extends Migration {
  override up(): void {
    this.addSql(`create extension if not exists btree_gist`);
    this.addSql(`create table booking (
      id uuid primary key, client_id uuid not null, status varchar(20) not null, hold_no smallint, expires_at timestamptz not null,
      price bigint not null check (price >= 0), currency varchar(3) not null,
      free_until_hours int not null, late_refund_percent smallint not null check (late_refund_percent between 0 and 100),
      payment_id uuid, paid_at timestamptz,
      cancelled_by varchar(10), cancel_reason varchar(500), refund bigint check (refund between 0 and price), cancelled_at timestamptz,
      any_staff boolean not null, starts_at timestamptz not null, ends_at timestamptz not null check (ends_at > starts_at),
      revision bigint not null, created_at timestamptz not null,
      constraint booking_hold_while_pending check ((status = 'PENDING_PAYMENT') = (hold_no is not null)))`);
    // Each open hold of a client has a number of 1…MAX_OPEN_HOLDS: by the unique index two concurrent calls cannot both take the last one.
    this.addSql(`create unique index booking_open_hold on booking (client_id, hold_no) where hold_no is not null`);
    this.addSql(`create index booking_client on booking (client_id, starts_at, id)`);
    this.addSql(`create index booking_lapsing on booking (expires_at) where status = 'PENDING_PAYMENT'`);
    this.addSql(`create table booking_line (
      booking_id uuid not null references booking, position smallint not null, service_id uuid not null, service_name varchar(80) not null,
      staff_id uuid not null, price bigint not null check (price >= 0), currency varchar(3) not null, iva_percent smallint not null,
      starts_at timestamptz not null, ends_at timestamptz not null, phases jsonb not null, buffer_minutes smallint not null,
      primary key (booking_id, position))`);
    this.addSql(`create index booking_line_staff on booking_line (staff_id, ends_at)`);
    // The exclusion constraint knows neither status nor now(): a booking that ends or moves deletes its rows.
    this.addSql(`create table occupancy (
      resource_id uuid not null, during tstzrange not null, booking_id uuid not null references booking,
      constraint occupancy_no_overlap exclude using gist (resource_id with =, during with &&),
      constraint occupancy_bounds check (
        not isempty(during) and not lower_inf(during) and not upper_inf(during) and lower_inc(during) and not upper_inc(during)
        and upper(during) - lower(during) <= interval '12 hours'))`);
    this.addSql(`create index occupancy_booking on occupancy (booking_id)`);
    // Raises an error from within a statement, which undoes all of it.
    this.addSql(`create function refuse(reason text) returns text language plpgsql as
      'begin raise exception using message = reason, errcode = ''LA001''; end'`);
  }
}
