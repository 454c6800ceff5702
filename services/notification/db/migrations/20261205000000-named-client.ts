import { Migration } from "@mikro-orm/migrations";

/** Whom a mail to a stylist names. */
export class NamedClient extends Migration {
  override up(): void {
    this.addSql(`alter table notification add column client_id uuid`);
    this.addSql(`create index notification_client on notification (client_id) where client_id is not null`);
  }
}
