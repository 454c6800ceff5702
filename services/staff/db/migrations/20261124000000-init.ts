import { Migration } from "@mikro-orm/migrations";

// Names sort by the Spanish collation ("Ángela" beside "Angie") and are unique regardless of case ("KERATINA" = "Keratina").
export class Init extends Migration {
  override up(): void {
    this.addSql(`create extension if not exists btree_gist`);
    this.addSql(`create table skill (
      id uuid primary key, name varchar(40) collate "es-x-icu" not null, created_at timestamptz not null)`);
    this.addSql(`create unique index skill_name_unique on skill (lower(name))`);
    this.addSql(`create index skill_order on skill (name, id)`);

    this.addSql(`create table service (
      id uuid primary key, name varchar(80) collate "es-x-icu" not null, name_en varchar(80) not null,
      description varchar(1000) not null, description_en varchar(1000) not null,
      currency_code char(3) not null, price bigint not null check (price > 0), iva_percent smallint not null,
      phases jsonb not null, buffer_minutes smallint not null, active boolean not null,
      revision bigint not null, created_at timestamptz not null)`);
    this.addSql(`create unique index service_name_unique on service (lower(name))`);
    this.addSql(`create index service_order on service (name, id)`);
    this.addSql(`create table service_skills (
      service_id uuid not null references service, skill_id uuid not null references skill, primary key (service_id, skill_id))`);

    this.addSql(`create table stylist (
      id uuid primary key, name varchar(100) collate "es-x-icu" not null, bio varchar(1000) not null, active boolean not null,
      revision bigint not null, schedule_revision bigint not null, created_at timestamptz not null)`);
    this.addSql(`create index stylist_order on stylist (name, id)`);
    this.addSql(`create table staff_skills (
      staff_id uuid not null references stylist, skill_id uuid not null references skill, primary key (staff_id, skill_id))`);
    this.addSql(`create index staff_skills_skill on staff_skills (skill_id)`);

    this.addSql(`create table staff_schedules (
      staff_id uuid not null references stylist, ordinal smallint not null, weekday smallint not null,
      start_time time not null, end_time time not null, every_weeks smallint not null, valid_from date, valid_until date,
      primary key (staff_id, ordinal))`);

    this.addSql(`create table time_off (
      id uuid primary key, staff_id uuid not null references stylist, start_at timestamptz not null, end_at timestamptz not null,
      reason varchar(200) not null, created_at timestamptz not null, removed_at timestamptz,
      constraint time_off_overlaps exclude using gist (staff_id with =, tstzrange(start_at, end_at) with &&) where (removed_at is null))`);
    this.addSql(`create index time_off_order on time_off (staff_id, start_at, id) where removed_at is null`);
  }
}
