import { Migration } from "@mikro-orm/migrations";

export class Init extends Migration {
  override up(): void {
    this.addSql(`create table payment (
      id uuid primary key, booking_id uuid not null, client_id uuid not null, purpose varchar(10) not null, attempt int not null,
      description text not null, amount bigint not null check (amount > 0), currency varchar(3) not null, status varchar(20) not null,
      session_id text, intent_id text, checkout_url text, checkout_expires_at timestamptz not null,
      declines jsonb not null, failure text, refunded bigint not null check (refunded between 0 and amount),
      created_at timestamptz not null, settled_at timestamptz, checked_at timestamptz, revision int not null default 1, trail jsonb,
      constraint payment_attempt_unique unique (booking_id, purpose, attempt))`);
    this.addSql(`create unique index payment_one_open on payment (booking_id, purpose) where status = 'PENDING'`);
    this.addSql(`create index payment_pending on payment (created_at) where status = 'PENDING'`);

    this.addSql(`create table refund (
      id uuid primary key, payment_id uuid not null references payment, amount bigint not null check (amount > 0),
      reason text not null, cause text not null, status varchar(10) not null, provider_refund_id text, failure text,
      key_number int not null, tries int not null, next_try_at timestamptz not null,
      created_at timestamptz not null, settled_at timestamptz,
      constraint refund_cause_unique unique (cause))`);
    this.addSql(`create index refund_payment on refund (payment_id)`);
    this.addSql(`create index refund_waiting on refund (next_try_at) where status = 'REQUESTED'`);

    this.addSql(`create table provider_event (
      id text primary key, type text not null, payload jsonb not null, traceparent text, request_id text,
      received_at timestamptz not null default now(), processed_at timestamptz,
      attempts int not null default 0, next_try_at timestamptz not null default now(), error text)`);
    this.addSql(`create index provider_event_waiting on provider_event (next_try_at) where processed_at is null`);
    this.addSql(`create index provider_event_processed on provider_event (processed_at) where processed_at is not null`);
    this.addLedger();
  }

  private addLedger(): void {
    this.addSql(`create table ledger_entry (
      id bigint generated always as identity primary key, transaction_id text not null, account text not null,
      debit bigint not null check (debit >= 0), credit bigint not null check (credit >= 0), currency varchar(3) not null,
      payment_id uuid not null references payment, refund_id uuid references refund, created_at timestamptz not null default now(),
      constraint ledger_entry_one_side check ((debit > 0) <> (credit > 0)),
      constraint ledger_entry_once unique (transaction_id, account))`);
    this.addSql(`create index ledger_entry_payment on ledger_entry (payment_id)`);

    this.addSql(`create function ledger_refuse() returns trigger language plpgsql as $$
      begin raise exception 'the ledger is append only'; end $$`);
    this.addSql(`create trigger ledger_append_only before update or delete on ledger_entry
      for each row execute function ledger_refuse()`);
    this.addSql(`create trigger ledger_no_truncate before truncate on ledger_entry
      for each statement execute function ledger_refuse()`);

    this.addSql(`create function ledger_balanced() returns trigger language plpgsql as $$
      begin
        if exists (select 1 from ledger_entry where transaction_id = new.transaction_id
                   group by currency having sum(debit) <> sum(credit)) then
          raise exception 'transaction % of the ledger does not balance', new.transaction_id;
        end if;
        return null;
      end $$`);
    this.addSql(`create constraint trigger ledger_balance after insert on ledger_entry
      deferrable initially deferred for each row execute function ledger_balanced()`);
  }
}
