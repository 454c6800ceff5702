import { permissions } from "@lacio/permissions/table";
import { createDatabase } from "@lacio/testkit/infra/databases";
import { until } from "@lacio/testkit/testing/until";
import { databaseWishes } from "./database-wishes.ts";

// A Job of an operator: a database per service, its owner and the login that it runs as, with the passwords that are in the services' Secrets.
// It may run again at any time: data stay, passwords become those of the Secrets. From the environment: ADMIN_DATABASE_URL, a superuser's, and
// of every service DATABASE_URL and MIGRATION_DATABASE_URL with its name before them (BOOKING_DATABASE_URL, …).
const { admin, wishes, problems } = databaseWishes(Object.keys(permissions), process.env);
if (problems.length > 0) {
  console.error(`databases: ${problems.join("\n")}`);
  process.exit(78); // EX_CONFIG of sysexits(3)
}
for (const { name, passwords } of wishes) {
  await until(() => createDatabase(admin, name, passwords), { timeoutMs: 60_000 }); // PostgreSQL may start just now
  console.log(`${name}: database, owner ${name}_owner, login ${name}`);
}
