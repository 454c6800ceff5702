import { Migration } from "@mikro-orm/migrations";

export class OwnVisitAt extends Migration {
  override up(): void {
    // Which other visit a client has in this time, or null. The advisory lock serializes transactions that ask for one client; a query in
    // a volatile function has a snapshot of its own, so it sees what was committed while the lock was waited for.
    this.addSql(`create function own_visit_at(client uuid, starts timestamptz, ends timestamptz, moment timestamptz, but uuid) returns uuid
      language plpgsql volatile as $$ begin
        perform pg_advisory_xact_lock(hashtext('own_visit_at'), hashtext(client::text));
        return (select id from booking where client_id = client and id <> but and starts_at < ends and ends_at > starts
          and (status in ('CONFIRMED', 'REASSIGNING') or status = 'PENDING_PAYMENT' and expires_at > moment)
          order by starts_at, id limit 1);
      end $$`);
  }
}
