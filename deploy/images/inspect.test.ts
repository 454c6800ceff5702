import { describe, expect, test } from "@jest/globals";
import type { Engine } from "./engine.ts";
import { images } from "./images.ts";
import { billOf, inspect } from "./inspect.ts";

// What Podman or Docker would answer: neither has to be there for the tests.
const booking = images.find(({ name }) => name === "booking")!;
const edge = images.find(({ name }) => name === "edge")!;
const megabyte = 1e6;
const refusal = { status: 78, stdout: "", stderr: "booking: The configuration is wrong:\n  - DATABASE_URL is missing\n" };

function engine({ own = 30 * megabyte, start = refusal, label = "abc", pulled = [] as string[] } = {}): Engine {
  const sizes: Record<string, number> = { base: 120 * megabyte, image: 120 * megabyte + own };
  return {
    show: (...args) => void pulled.push(args.join(" ")),
    ask(...args) {
      const tag = args.at(-1)!;
      if (args.some((one) => one.includes("revision"))) return ok(`${label}\n`);
      if (args[0] === "image")
        return pulled.length === 0 && tag === "far" ? { status: 1, stdout: "", stderr: "" } : ok(String(sizes[tag] ?? sizes.base));
      if (args.at(-1) === "--version") return ok(args.includes("envoy") ? "envoy  version: 0abc/1.40.0/Clean/RELEASE" : "v26.10.0");
      return args.includes("-p") ? ok(`{"components":[{"name":"pino"}]}`) : start;
    },
  };
}

const faultsOf = (by: Engine, image: typeof edge, tag: string, base: string) => inspect(by, image, tag, base, "abc").faults;
const ok = (stdout: string) => ({ status: 0, stdout, stderr: "" });

describe("a built image", () => {
  test("that is small enough and names its missing variables is as it should be", () => {
    const { line, faults } = inspect(engine(), booking, "image", "base", "abc");
    expect(faults).toEqual([]);
    expect(line).toContain("150.0 MB, of it its own 30.0 MB (at most 45)");
  });

  test("that is too large says by how much", () => {
    expect(faultsOf(engine({ own: 46 * megabyte }), booking, "image", "base")).toEqual(["its own part is 46.0 MB, more than 45"]);
  });

  test.each([
    ["a module is missing", { ...refusal, status: 1, stderr: "Cannot find package 'pg' imported from /app/main.ts" }],
    ["it says nothing", { ...refusal, stderr: "" }],
    ["it ends well", { ...refusal, status: 0 }],
  ])("does not start when %s", (_, start) => {
    expect(faultsOf(engine({ start }), booking, "image", "base")).toEqual([expect.stringContaining("without an environment it ends with")]);
  });

  test("that is of another commit, by its label, is of the builder's cache", () => {
    expect(faultsOf(engine({ label: "old" }), booking, "image", "base")).toEqual(["its label says that it is of old, not of abc"]);
  });

  test("whose base the builder did not keep is compared with it all the same", () => {
    const pulled: string[] = [];
    expect(faultsOf(engine({ pulled }), booking, "image", "far")).toEqual([]);
    expect(pulled).toEqual(["pull far"]);
  });

  test("has Node on its bill, and the edge's image Envoy", () => {
    const programs = (image: typeof edge) =>
      (JSON.parse(billOf(engine(), image, "image")) as { components: { purl?: string }[] }).components.slice(1);
    expect(programs(booking).map(({ purl }) => purl)).toEqual(["pkg:generic/node@26.10.0"]);
    expect(programs(edge).map(({ purl }) => purl)).toEqual(["pkg:generic/node@26.10.0", "pkg:generic/envoy@1.40.0"]);
  });
});
