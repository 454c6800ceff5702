import { Migration } from "@mikro-orm/migrations";

/** The chassis' tables in each service's database: outbox, inbox with failures and dead letters, kept answers. */
export class ChassisTables extends Migration {
  override up(): void {
    this.addSql(`create table outbox (
      id uuid primary key, seq bigint generated always as identity, subject text not null, type text not null, key text not null,
      payload bytea not null, traceparent text, request_id text, created_at timestamptz not null default now(),
      published_at timestamptz, stream_seq bigint)`);
    this.addSql(`create index outbox_waiting on outbox (seq) where published_at is null`);
    this.addSql(`create index outbox_published on outbox (published_at) where published_at is not null`);
    this.addSql(`create index outbox_stream_seq on outbox (stream_seq) where stream_seq is not null`);
    this.addSql(`create table inbox (event_id uuid primary key, subject text not null, handled_at timestamptz not null default now())`);
    this.addSql(`create index inbox_handled on inbox (handled_at)`);
    this.addSql(
      `create table event_failure (event_id uuid primary key, failures int not null, failed_at timestamptz not null default now())`,
    );
    this.addSql(`create table dead_letter (
      event_id uuid primary key, subject text not null, type text not null, payload bytea not null, headers jsonb not null,
      error text not null, failures int not null, died_at timestamptz not null default now(), replayed_at timestamptz)`);
    this.addSql(`create table idempotency (
      scope text not null, key text not null, request_hash bytea not null, answer bytea not null, created_at timestamptz not null default now(),
      primary key (scope, key))`);
    this.addSql(`create index idempotency_created on idempotency (created_at)`);
  }
}

/** Background jobs: `at` is when a job is due or, once claimed, when its lease ends. */
export class JobTable extends Migration {
  override up(): void {
    this.addSql(`create table job (
      kind text not null, key text not null, at timestamptz not null, created_at timestamptz not null, trail jsonb,
      claim uuid, tries int not null default 0, failures int not null default 0, deaths int not null default 0, error text, dead_at timestamptz, primary key (kind, key))`);
    this.addSql(`create index job_due on job (kind, at) where dead_at is null`);
  }
}
