import { Migration } from "@mikro-orm/migrations";

export class Init extends Migration {
  override up(): void {
    this.addSql(`create table account (
      id uuid primary key, email varchar(254), password_hash text, role varchar(10) not null,
      name varchar(100) not null, phone varchar(25) not null, locale varchar(5) not null,
      email_verified_at timestamptz, created_at timestamptz not null, erased_at timestamptz,
      constraint account_email_unique unique (email), check ((email is null) = (erased_at is not null)))`);
    this.addSql(`create table session (
      id uuid primary key, account_id uuid not null references account, user_agent varchar(300) not null,
      started_at timestamptz not null, last_used_at timestamptz not null, expires_at timestamptz not null, revoked_at timestamptz)`);
    this.addSql(`create index session_account on session (account_id, started_at)`);
    this.addSql(`create table refresh_token (
      hash bytea primary key, session_id uuid not null references session on delete cascade, created_at timestamptz not null, used_at timestamptz)`);
    this.addSql(`create index refresh_token_session on refresh_token (session_id)`);
    this.addSql(`create table link_token (
      hash bytea primary key, account_id uuid not null references account, purpose varchar(20) not null, expires_at timestamptz not null, used_at timestamptz)`);
    this.addSql(`create index link_token_account on link_token (account_id)`);
    this.addSql(`create table signing_key (
      kid text primary key, public_jwk jsonb not null, private_key bytea not null, created_at timestamptz not null default now(), active_from timestamptz not null)`);
  }
}
