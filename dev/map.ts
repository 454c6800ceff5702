import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { getOption, hasOption, type DescMethod } from "@bufbuild/protobuf";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import { http } from "@lacio/proto/google/api/annotations";
import { access, subject } from "@lacio/proto/options/v1/options";
import { events, services } from "@lacio/proto/registry";

// Who may call what, and who reacts to which event: read from the contracts and from each events/index.ts, so it is never stale.
const root = path.resolve(import.meta.dirname, "..");

for (const service of services) {
  console.log(`\n${service.typeName}`);
  print(service.methods.map((method) => [`  ${method.name}`, who(method), rest(method)]));
}
console.log("\nEvents");
print(
  events
    .filter((event) => hasOption(event, subject))
    .map((event) => [`  ${getOption(event, subject)}`, event.name, `→ ${consumersOf(`${event.name}Schema`).join(", ") || "nobody yet"}`]),
);

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

function consumersOf(schema: string): string[] {
  return readdirSync(path.join(root, "services")).filter((name) => {
    try {
      return new RegExp(`\\bon\\(\\s*${schema}\\b`).test(readFileSync(path.join(root, "services", name, "events/index.ts"), "utf8"));
    } catch {
      return false; // a service that reacts to nothing has no events/
    }
  });
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
