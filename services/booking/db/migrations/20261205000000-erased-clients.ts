import { Migration } from "@mikro-orm/migrations";

/** Clients who were erased: nothing is booked for them any more. */
export class ErasedClients extends Migration {
  override up(): void {
    this.addSql(`create table erased_client (id uuid primary key, erased_at timestamptz not null)`);
    this.addSql(`create index booking_held_substitute on booking (held_staff_id) where held_staff_id is not null`);
    // The advisory lock is shared here and exclusive in events/on-account-erased.ts: either the tombstone is seen, for a query in a volatile
    // function has a snapshot of its own, or the erasure waits for this transaction and sees what it booked.
    this.addSql(`create function is_erased(client uuid) returns boolean
      language plpgsql volatile as $$ begin
        perform pg_advisory_xact_lock_shared(hashtext('erased_client'), hashtext(client::text));
        return exists (select from erased_client where id = client);
      end $$`);
  }
}
