import { Migration } from "@mikro-orm/migrations";

/** Sending a mail is a job: schedule, attempts and trace are the job's. */
export class Jobs extends Migration {
  override up(): void {
    this.addSql(`insert into job (kind, key, at, created_at, trail)
      select 'send-mail', id::text, next_attempt_at, created_at, trail from notification where status = 'PENDING'`);
    this.addSql(`drop index notification_due`);
    this.addSql(`alter table notification drop column attempts, drop column next_attempt_at, drop column trail`);
  }
}
