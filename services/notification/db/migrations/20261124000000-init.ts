import { Migration } from "@mikro-orm/migrations";

export class Init extends Migration {
  override up(): void {
    this.addSql(`create table notification (
      id uuid primary key, dedupe_key text not null, recipient_id uuid not null, kind varchar(40) not null, booking_id uuid,
      name text not null, address text not null, locale varchar(5) not null,
      subject text not null, text text not null, html text not null, attachments jsonb not null,
      status varchar(7) not null, attempts int not null, next_attempt_at timestamptz not null,
      message_id text not null, trail jsonb not null, created_at timestamptz not null, sent_at timestamptz, read_at timestamptz, erased_at timestamptz,
      constraint notification_dedupe unique (dedupe_key),
      constraint notification_status check (status in ('PENDING', 'SENT', 'FAILED', 'ERASED')))`);
    this.addSql(`create index notification_due on notification (next_attempt_at) where status = 'PENDING'`);
    this.addSql(`create index notification_recipient on notification (recipient_id, id)`);
    this.addSql(`create index notification_booking on notification (booking_id)`);
    this.addSql(`create table erased_recipient (id uuid primary key, erased_at timestamptz not null)`);
  }
}
