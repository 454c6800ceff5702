import { Migration } from "@mikro-orm/migrations";

/** Mails that link to the answer of a reassignment; DROPPED: when its turn came, a mail was no longer true. */
export class AnswerLinks extends Migration {
  override up(): void {
    this.addSql(`alter table notification add column reassignment_id uuid`);
    this.addSql(`alter table notification drop constraint notification_status`);
    this.addSql(
      `alter table notification add constraint notification_status check (status in ('PENDING', 'SENT', 'FAILED', 'DROPPED', 'ERASED'))`,
    );
  }
}
