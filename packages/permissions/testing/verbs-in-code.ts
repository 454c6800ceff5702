import type { Permissions, Verb } from "@lacio/chassis/permissions";
import { isMigration, matchesIn, type Code } from "./code.ts";

const order: Verb[] = ["select", "insert", "update", "delete"];

/** What the code does with each table that its migrations make, by SQL and by entities. */
export function verbsInCode(code: Code): Permissions["tables"] {
  const running = { ...without(code, isMigration), functions: functionsIn(code) };
  const found = new Map(tablesIn(code).map((table) => [table, new Set<Verb>()]));
  for (const { table, verbs } of [...bySql(running), ...byEntities(running)]) for (const verb of verbs) found.get(table)?.add(verb);
  return Object.fromEntries([...found].sort().map(([table, verbs]) => [table, order.filter((verb) => verbs.has(verb))]));
}

type Found = { table: string; verbs: Verb[] };

function tablesIn(code: Code): string[] {
  const dropped = matchesIn(code, /\bdrop table (\w+)/g).map(([, table]) => table);
  return matchesIn(code, /\bcreate table (\w+)/g).flatMap(([, table]) => (dropped.includes(table) ? [] : table!));
}

// Functions of the database run with the rights of who calls them, or of who fires their trigger.
const functionsIn = (code: Code): string =>
  matchesIn(code, /\bcreate function [^]*?\bend\b ?(?:\$\$|'')/g, isMigration)
    .map(([text]) => text)
    .join("\n");

/** What a statement reads needs `select`, too: the rows of an update or a delete, what it returns, and what is there on a conflict. */
function bySql(code: Code): Found[] {
  const by = (pattern: RegExp, ...verbs: Verb[]) => matchesIn(code, pattern).map(([, table]) => ({ table: table!, verbs }));
  return [
    ...by(/\b(?:from|join|using)\s+(\w+)/g, "select"),
    ...by(/\binsert into (\w+)/g, "insert"),
    ...by(/\binsert into (\w+)\b[^`"]*\b(?:returning\b|do update\b[^`"]*\b\1\.)/g, "select"),
    ...by(/\binsert into (\w+)\b[^`"]*\bon conflict\b[^`"]*\bdo update\b/g, "update", "select"),
    ...by(/\bupdate (\w+)(?: (?:as )?\w+)?\s+set\b/g, "update", "select"),
    ...by(/\bdelete from (\w+)/g, "delete", "select"),
    ...by(lockedRows, "update"),
  ];
}

// A row lock needs `update`, even `for share`: on every table that the statement reads, or on the one that `of` names, by its name or alias.
const lock = '[^`"]*\\bfor (?:(?:no key )?update|(?:key )?share)\\b';
const lockedRows = new RegExp(
  `\\b(?:from|join)\\s+(\\w+)(?=${lock}(?!\\s+of\\b)|${lock}\\s+of\\s+\\1\\b|\\s+(?:as\\s+)?(\\w+)${lock}\\s+of\\s+\\2\\b)`,
  "g",
);

/** An entity that is made is inserted; one that is locked, or whose methods change it, is updated. A pivot's rows come and go. */
function byEntities(code: Code): Found[] {
  const tables = new Map(
    matchesIn(code, /\b(\w+) = defineEntity\(\{[^]*?tableName: "(\w+)"/g).map(([, schema, table]) => [schema, table!]),
  );
  const entities = matchesIn(code, /\bclass (\w+) extends (\w+)\.class \{([^]*?)^\}/gm).map(([, name, schema, body]) => ({
    name: name!,
    table: tables.get(schema)!,
    body: body!,
  }));
  const pivots = matchesIn(code, /\.pivotTable\("(\w+)"\)/g).map(([, table]): Found => ({
    table: table!,
    verbs: ["select", "insert", "delete"],
  }));
  return entities
    .flatMap(({ name, table, body }): Found[] => {
      const does = (pattern: string) => matchesIn(code, new RegExp(pattern.replace("X", `${name}\\b`), "g")).length > 0;
      return [
        { table, verbs: does("\\b(?:find\\w*|count|lock)\\(\\s*X") ? ["select"] : [] },
        { table, verbs: does("\\bnew X\\(") ? ["insert"] : [] },
        { table, verbs: /\bthis\.\w+ (?:=|\+=|-=) |Object\.assign\(this\b/.test(body) || does("\\block\\(\\s*X") ? ["update"] : [] },
        { table, verbs: does("\\b(?:remove|nativeDelete)\\(\\s*X") ? ["delete"] : [] },
      ];
    })
    .concat(pivots);
}

const without = (code: Code, unwanted: (file: string) => boolean): Code =>
  Object.fromEntries(Object.entries(code).filter(([file]) => !unwanted(file)));
