import { Migration } from "@mikro-orm/migrations";

/** Rendering and late issuing are jobs: schedule, attempts and trace are the job's. A row of invoice_file exists once the file does. */
export class Jobs extends Migration {
  override up(): void {
    this.addSql(`insert into job (kind, key, at, created_at, trail)
      select 'render-invoice', invoice_id::text, next_attempt_at, created_at, trail from invoice_file where pdf is null
      union all select 'issue-waiting', id::text, next_attempt_at, created_at, trail from pending_invoice`);
    this.addSql(`delete from invoice_file where pdf is null`);
    this.addSql(`drop index invoice_file_missing`);
    this.addSql(`alter table invoice_file alter column pdf set not null, alter column json set not null,
      drop column attempts, drop column next_attempt_at, drop column error, drop column trail`);
    this.addSql(`alter table pending_invoice drop column attempts, drop column next_attempt_at, drop column error, drop column trail`);
  }
}
