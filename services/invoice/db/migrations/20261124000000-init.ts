import { Migration } from "@mikro-orm/migrations";

export class Init extends Migration {
  override up(): void {
    this.addSql(`create extension if not exists btree_gist`);
    this.addSql(`create table numbering_range (
      id uuid primary key, kind varchar(11) not null, resolution varchar(20) not null, prefix varchar(4) not null,
      from_number bigint not null, to_number bigint not null, next_number bigint not null,
      valid_from date not null, valid_until date not null, created_at timestamptz not null,
      constraint numbering_range_kind check (kind in ('INVOICE', 'CREDIT_NOTE')),
      constraint numbering_range_numbers check (1 <= from_number and from_number <= next_number and next_number <= to_number + 1),
      constraint numbering_range_days check (valid_from <= valid_until),
      constraint numbering_range_overlap exclude using gist (prefix with =, int8range(from_number, to_number, '[]') with &&))`);
    this.addSql(`create table invoice (
      id uuid primary key, kind varchar(11) not null, range_id uuid not null references numbering_range, number bigint not null,
      number_text varchar(30) not null, booking_id uuid not null, payment_id uuid not null, refund_id uuid, client_id uuid not null,
      issued_at timestamptz not null, visit_at timestamptz not null, lines jsonb not null,
      base bigint not null, iva bigint not null, total bigint not null, currency char(3) not null,
      client jsonb not null, issuer jsonb not null, corrects_invoice_id uuid references invoice,
      constraint invoice_number unique (range_id, number),
      constraint invoice_refund unique (refund_id),
      constraint invoice_sum check (base >= 0 and iva >= 0 and base + iva = total),
      constraint invoice_kind check ((kind = 'CREDIT_NOTE') = (refund_id is not null) and (kind = 'CREDIT_NOTE') = (corrects_invoice_id is not null)))`);
    this.addSql(`create unique index invoice_payment on invoice (payment_id) where kind = 'INVOICE'`);
    this.addSql(`create index invoice_corrects on invoice (corrects_invoice_id) where corrects_invoice_id is not null`);
    this.addSql(`create index invoice_client on invoice (client_id, id)`);
    this.addSql(`create index invoice_booking on invoice (booking_id, id)`);
    this.addSql(`create table invoice_file (
      invoice_id uuid primary key references invoice, pdf bytea, json text, trail jsonb not null, created_at timestamptz not null default now(),
      attempts int not null default 0, next_attempt_at timestamptz not null default now(), error text)`);
    this.addSql(`create index invoice_file_missing on invoice_file (next_attempt_at) where pdf is null`);
    this.addSql(`create table pending_invoice (
      id uuid primary key, kind varchar(11) not null, payment_id uuid not null, cause jsonb not null, trail jsonb not null,
      created_at timestamptz not null default now(),
      attempts int not null default 0, next_attempt_at timestamptz not null default now(), error text)`);
    this.addSql(`create index pending_invoice_payment on pending_invoice (payment_id)`);

    // The law by triggers, so also against plain SQL: documents are immutable, numbers only ascend, one by one.
    this.addSql(`create function refuse_change() returns trigger language plpgsql as $$
      begin raise exception '% is never changed: issue a credit note', tg_table_name using errcode = 'restrict_violation'; end $$`);
    this.addSql(`create trigger invoice_frozen before update or delete on invoice for each row execute function refuse_change()`);
    this.addSql(`create trigger invoice_kept before truncate on invoice for each statement execute function refuse_change()`);
    this.addSql(`create function refuse_renumbering() returns trigger language plpgsql as $$
      begin
        if tg_op = 'DELETE' or new.next_number <> old.next_number + 1
          or (to_jsonb(new) - 'next_number') <> (to_jsonb(old) - 'next_number') then
          raise exception 'a numbering range only hands out its next number' using errcode = 'restrict_violation';
        end if;
        return new;
      end $$`);
    this.addSql(
      `create trigger numbering_range_frozen before update or delete on numbering_range for each row execute function refuse_renumbering()`,
    );
  }
}
