import { Migration } from "@mikro-orm/migrations";

export class Init extends Migration {
  override up(): void {
    this.addSql(`create table reassignment (
      id uuid primary key, booking_id uuid not null, client_id uuid not null, staff_id uuid not null, staff_name varchar(100) not null,
      reason varchar(500) not null, service_id uuid not null, service_name varchar(80) not null, service_name_en varchar(80) not null,
      starts_at timestamptz not null, ends_at timestamptz not null, price bigint not null, currency varchar(3) not null,
      any_staff boolean not null, sold_as jsonb not null, absence_id uuid, absence_size int not null,
      state varchar(12) not null, offer_id uuid, offer_staff_id uuid, offer_staff_name varchar(100), offer_price bigint,
      deadline timestamptz not null, passed_over uuid[] not null, answer jsonb, opened_at timestamptz not null, settled_at timestamptz, became jsonb,
      check ((offer_staff_id is null) = (offer_price is null)),
      check ((settled_at is not null) = (state in ('MOVED', 'RESCHEDULED', 'REFUNDED', 'KEPT'))))`);
    this.addSql(`create index reassignment_of_booking on reassignment (booking_id, opened_at)`);
    this.addSql(`create index reassignment_of_staff on reassignment (staff_id, opened_at, id)`);
    this.addSql(`create index reassignment_in_state on reassignment (state, opened_at, id)`);
    this.addSql(`create index reassignment_opened on reassignment (opened_at, id)`);
    this.addSql(`create index reassignment_of_absence on reassignment (absence_id) where absence_id is not null`);
    this.addSql(`create index reassignment_searching on reassignment (starts_at) where state = 'SEARCHING'`);
    this.addSql(`create table answer_link (
      hash bytea primary key, reassignment_id uuid not null references reassignment, created_at timestamptz not null)`);
    this.addSql(`create index answer_link_of on answer_link (reassignment_id)`);
  }
}
