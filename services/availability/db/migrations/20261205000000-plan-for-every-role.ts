import { Migration } from "@mikro-orm/migrations";

/** The first migration set this for the role that migrates; the service runs as another one. */
export class PlanForEveryRole extends Migration {
  override up(): void {
    this.addSql(`do $$ begin
      execute format('alter database %I set plan_cache_mode = force_generic_plan', current_database());
    end $$`);
  }
}
