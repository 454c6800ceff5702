import { Migration } from "@mikro-orm/migrations";

export class LongerDocumentTypes extends Migration {
  override up(): void {
    this.addSql(`alter table profile alter column document_type type varchar(20)`);
  }
}
