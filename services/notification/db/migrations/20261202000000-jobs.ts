import { Migration } from "@mikro-orm/migrations";

/** The sending of mails is a job: when, how often and in which trace stands with that. */
export class Jobs extends Migration {
  override up(): void {
    this.addSql(`insert into job (kind, key, at, created_at, trail)
      select 'send-mail', id::text, next_attempt_at, created_at, trail from notification where status = 'PENDING'`);
    this.addSql(`drop index notification_due`);
    this.addSql(`alter table notification drop column attempts, drop column next_attempt_at, drop column trail`);
  }
}
