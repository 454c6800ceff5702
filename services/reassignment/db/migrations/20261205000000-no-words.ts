import { Migration } from "@mikro-orm/migrations";

/** What people wrote is in booking alone. The column goes when no replica is left that writes it. Clients list their own. */
export class NoWords extends Migration {
  override up(): void {
    this.addSql(`alter table reassignment alter column reason set default ''`);
    this.addSql(`update reassignment set reason = ''`);
    this.addSql(`create index reassignment_of_client on reassignment (client_id, opened_at, id)`);
  }
}
