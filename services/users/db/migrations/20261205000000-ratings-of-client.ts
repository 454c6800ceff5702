import { Migration } from "@mikro-orm/migrations";

export class RatingsOfClient extends Migration {
  override up(): void {
    this.addSql(`create index visit_rated_by on visit (client_id, rated_at, booking_id) where rated_at is not null`);
  }
}
