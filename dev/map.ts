import { getOption, hasOption, type DescMethod } from "@bufbuild/protobuf";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import { http } from "@lacio/proto/google/api/annotations";
import { access, subject } from "@lacio/proto/options/v1/options";
import type { Permissions } from "@lacio/chassis/permissions";
import { calledByAll, permissions } from "@lacio/permissions/table";
import { events, services } from "@lacio/proto/registry";

// Who may call what, who publishes and reacts to which event, and what each service may touch: read from the contracts and the table of
// permissions, so it is never stale.
const table: [string, Permissions][] = Object.entries(permissions);

for (const service of services) {
  console.log(`\n${service.typeName}`);
  print(service.methods.map((method) => [`  ${method.name}`, who(method), rest(method)]));
}
console.log("\nEvents");
print(
  events
    .filter((event) => hasOption(event, subject))
    .map((event) => [
      `  ${getOption(event, subject)}`,
      event.name,
      `${publishers(getOption(event, subject))} → ${readers(getOption(event, subject))}`,
    ]),
);

for (const [name, { calls, servers, tables }] of table) {
  console.log(`\n${name} may touch`);
  print([
    ["  calls", [...new Set([calledByAll, ...calls])].join(", ")],
    ["  servers", ["postgres", "nats", ...servers].join(", ")],
    ...Object.entries(tables).map(([table, verbs]) => [`  ${table}`, verbs.join(", ")]),
  ]);
}

function publishers(fact: string): string {
  return table
    .filter(([, { publishes }]) => publishes.includes(fact))
    .map(([name]) => name)
    .join(", ");
}

function readers(fact: string): string {
  return (
    table
      .filter(([, { consumes }]) => consumes.includes(fact))
      .map(([name]) => name)
      .join(", ") || "nobody yet"
  );
}

function who(method: DescMethod): string {
  const { anyone, roles, callers, self } = getOption(method, access);
  if (anyone) return "anyone";
  const people = roles.map((role) => Caller_Role[role] + (self && role !== Caller_Role.ADMIN ? ` (own ${self})` : ""));
  return [...people, ...callers.map((name) => `service ${name}`)].join(", ");
}

function rest(method: DescMethod): string {
  if (!hasOption(method, http)) return "";
  const { pattern } = getOption(method, http);
  return `${String(pattern.case).toUpperCase()} ${String(pattern.value)}`;
}

function print(rows: string[][]): void {
  const widths = rows.reduce((most, row) => row.map((cell, i) => Math.max(most[i] ?? 0, cell.length)), [] as number[]);
  for (const row of rows)
    console.log(
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join("  ")
        .trimEnd(),
    );
}
