import { Migration } from "@mikro-orm/migrations";

export class Init extends Migration {
  override up(): void {
    this.addSql(`create table profile (
      id uuid primary key, name varchar(100) not null, email varchar(254) not null, phone varchar(25) not null, locale varchar(5) not null,
      document_type varchar(10), document_number varchar(20), created_at timestamptz not null,
      marketing_mail_given_at timestamptz, marketing_mail_withdrawn_at timestamptz, when_stylist_cancels varchar(10) not null default 'REFUND',
      erased_at timestamptz,
      check ((document_type is null) = (document_number is null)))`);
    this.addSql(`create table visit (
      booking_id uuid primary key, client_id uuid not null, staff_id uuid not null,
      stars smallint check (stars between 1 and 5), comment varchar(1000), rated_at timestamptz)`);
    this.addSql(`create index visit_commented on visit (client_id) where comment is not null`);
    this.addSql(`create index visit_rated on visit (staff_id) where rated_at is not null`);
  }
}
