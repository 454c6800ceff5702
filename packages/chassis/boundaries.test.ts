import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";

const root = path.resolve(import.meta.dirname, "../..");
const sources = (pattern: string) =>
  globSync(pattern, { cwd: root, exclude: (name) => name.includes("node_modules") }).filter(
    (file) => !/\.test\.ts$|\/testing(\/|\.ts$)|^packages\/proto\/gen\//.test(file),
  );
const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const code = (file: string) => read(file).replace(/^\s*(\/\/|\*|\/\*).*$/gm, "");
const importsOf = (file: string) => [...read(file).matchAll(/(?:from|import\()\s*"([^"]+)"/g)].map((match) => match[1]!);

describe("boundaries", () => {
  test("the chassis knows no word of the salon", () => {
    const words = /\b(booking|stylist|salon|slot|invoice|payment|appointment|catalogue)s?\b/i;
    const offending = sources("packages/chassis/*.ts").filter((file) => words.test(code(file)));
    expect(offending).toEqual([]);
  });

  test("the chassis stays small", () => {
    // Lines of code, without blank lines, comments and imports: 1,600 for calls, events and transactions, 400 for jobs, 100 for ended
    // sessions, 220 for a start beside servers that are away.
    const lines = sources("packages/chassis/*.ts").flatMap((file) =>
      read(file)
        .replace(/^import [^;]*;$/gm, "")
        .split("\n")
        .filter((line) => !/^\s*($|\/\/|\/?\*)/.test(line)),
    );
    expect(lines.length).toBeLessThanOrEqual(2_320);
  });

  test("services never import each other", () => {
    const offending = sources("services/**/*.ts").filter((file) => {
      const own = file.split("/")[1]!;
      const outside = importsOf(file)
        .filter((target) => target.startsWith("."))
        .map((target) => path.relative(root, path.resolve(root, path.dirname(file), target)));
      return (
        outside.some((target) => !target.startsWith(`services/${own}/`)) ||
        importsOf(file).some((target) => /^@lacio\/(?!calendar\/|chassis\/|permissions\/|proto\/|salon\/)/.test(target))
      );
    });
    expect(offending).toEqual([]);
  });

  test("the salon's rules are pure: no I/O, no clock, and no imports of ours but the contracts", () => {
    const allowed = /^(\.\/|@lacio\/proto\/|libphonenumber-js\/min$|colombian-holidays$)/;
    const files = sources("packages/salon/**/*.ts");
    expect(files.length).toBeGreaterThan(5);
    expect(files.flatMap((file) => importsOf(file)).filter((target) => !allowed.test(target))).toEqual([]);
    expect(files.filter((file) => /process\.|\bfetch\(|new Date\(\)|Date\.now\(\)|Temporal\.Now/.test(read(file)))).toEqual([]);
    expect(sources("packages/{chassis,proto}/*.ts").filter((file) => importsOf(file).some((target) => target.includes("salon")))).toEqual(
      [],
    );
  });

  test("the domain reads neither clock nor environment", () => {
    const offending = sources("services/*/domain/**/*.ts").filter((file) =>
      /process\.env|new Date\(\)|Date\.now\(\)|Temporal\.Now|from "[./]*app\.ts"/.test(read(file)),
    );
    expect(offending).toEqual([]);
  });

  test("the domain is pure: it waits for nothing, holds no transaction, reads no context of the call, and knows no door", () => {
    const impure = /\b(await|async|tx|Promise|fetch|setTimeout|EntityManager|currentTrail|currentSignal)\b|\.(sql|then)\(/;
    const outward =
      /\/(rpc|http|events|timers|acts|db|credentials|mail|pdf|provider)\/|^@lacio\/chassis\/(?!(errors|fact|trail)$)|^(@opentelemetry\/|node:(?!(crypto|util)$))/;
    const offending = sources("services/*/domain/**/*.ts").filter(
      (file) => impure.test(code(file)) || importsOf(file).some((target) => outward.test(target)),
    );
    expect(offending).toEqual([]);
  });

  test("the rooms of a service are the same in every service: doors, acts, domain, db, and adapters to what is outside", () => {
    const rooms = ["rpc", "http", "events", "timers", "acts", "domain", "db", "testing"];
    const adapters = ["credentials", "mail", "pdf", "provider", "templates"];
    const found = sources("services/*/*/**/*.ts").map((file) => file.split("/")[2]!);
    expect([...new Set(found)].filter((room) => ![...rooms, ...adapters].includes(room))).toEqual([]);
  });

  test("handlers are named functions, so that stack traces name them", () => {
    const nameless = /(?:Rpc\["\w+"\]|Handler<[^>]+>|RequestHandler) =>(?!\s*(?:(?:async )?function \w|\{))/;
    const offending = sources("services/*/{rpc,http,events}/*.ts").filter((file) => nameless.test(code(file)));
    expect(offending).toEqual([]);
  });

  test("only configuration reads the environment", () => {
    const allowed = ["packages/chassis/config.ts", "packages/chassis/failpoint.ts", "packages/chassis/telemetry-hook.ts"];
    const offending = sources("{packages,services}/**/*.ts").filter(
      (file) => read(file).includes("process.env") && !allowed.includes(file) && !file.startsWith("packages/testkit/"),
    );
    expect(offending).toEqual([]);
  });

  test("no file is named by its technical kind", () => {
    const vague = /(^|\/)(utils?|helpers?|common|dtos?|mappers?|repositories|interfaces|types)(\/|\.ts$)/;
    expect(sources("{packages,services,dev,deploy,stripe-sandbox}/**/*.ts").filter((file) => vague.test(file))).toEqual([]);
  });

  test("there are no import cycles, not even of types", () => {
    const packages = {
      chassis: "packages/chassis",
      salon: "packages/salon",
      calendar: "packages/calendar",
      testkit: "packages/testkit",
      dev: "dev",
      "stripe-sandbox": "stripe-sandbox",
      envoy: "deploy/envoy",
      provisioner: "deploy/provisioner",
      permissions: "packages/permissions",
      helm: "deploy/helm",
      tools: "deploy/tools",
      e2e: "e2e",
    };
    const files = globSync("{packages,services,dev,deploy,e2e,bench,stripe-sandbox,web/src}/**/*.ts", {
      cwd: root,
      exclude: (name) => /node_modules|\/gen$/.test(name),
    });
    const fileOf = (from: string, target: string): string => {
      if (target.startsWith(".")) return path.join(path.dirname(from), target);
      const [, name, rest] = /^@lacio\/([\w-]+)\/(.+)$/.exec(target) ?? [];
      return name && name in packages ? `${packages[name as keyof typeof packages]}/${rest}.ts` : "";
    };
    const imports = new Map(files.map((file) => [file, importsOf(file).map((target) => fileOf(file, target))]));
    const visited = new Set<string>();
    const cycle = (file: string, stack: string[]): string[] | undefined => {
      if (stack.includes(file)) return [...stack.slice(stack.indexOf(file)), file];
      if (visited.has(file)) return undefined;
      const found = (imports.get(file) ?? []).map((next) => cycle(next, [...stack, file])).find(Boolean);
      visited.add(file);
      return found;
    };
    expect(files.length).toBeGreaterThan(300);
    expect(files.flatMap((file) => cycle(file, []) ?? [])).toEqual([]);
  });

  test("dependencies go one way: dev and the sandbox's tests import the testkit, which imports neither", () => {
    const importing = (folder: string, pattern: RegExp) =>
      globSync(`${folder}/**/*.ts`, { cwd: root, exclude: (name) => name === "node_modules" }).filter((file) =>
        importsOf(file).some((target) => pattern.test(target)),
      );
    expect(importing("packages/testkit", /^@lacio\/(dev|stripe-sandbox)\//)).toEqual([]);
    expect(importing("stripe-sandbox", /^@lacio\/dev\//)).toEqual([]);
    expect(importing("stripe-sandbox", /^@lacio\//).filter((file) => !/\.test\.ts$|\/testing\//.test(file))).toEqual([]);
    expect(importing("{packages,services,deploy}", /^@lacio\/dev\//)).toEqual([]);
  });

  test("every kind of job that is scheduled has a handler in its service's timers/index.ts", () => {
    const inService = (pattern: string) => {
      const found = new Map<string, string[]>();
      for (const file of sources(pattern)) {
        const service = file.split("/")[1]!;
        found.set(service, [...(found.get(service) ?? []), read(file)]);
      }
      return found;
    };
    const handlers = inService("services/*/timers/index.ts");
    for (const [service, files] of inService("services/**/*.ts"))
      for (const [, kind] of files.join("\n").matchAll(/(?:\.later\(|\.drop\(|jobs: \[\{ kind: )"([a-z-]+)"/g))
        expect([service, kind, handlers.get(service)?.join().includes(`name: "${kind}"`)]).toEqual([service, kind, true]);
  });

  test("every file of a door is imported by its index.ts or by a sibling", () => {
    for (const file of sources("services/*/{rpc,events,timers}/*.ts")) {
      const name = path.basename(file);
      const index = read(path.join(path.dirname(file), "index.ts"));
      const listed =
        name === "index.ts" ||
        index.includes(`./${name}`) ||
        sources(`${path.dirname(file)}/*.ts`).some((sibling) => sibling !== file && read(sibling).includes(`./${name}`));
      expect([file, listed]).toEqual([file, true]);
    }
  });
});
