import { expect, test } from "@jest/globals";
import { slowest } from "./slowest.ts";

test("lists the ten slowest files, the slowest first, and marks those that took more than a minute", () => {
  const files = Array.from({ length: 12 }, (_, n) => ({ name: `/lacio/e2e/${n}.test.ts`, startTime: 1_000, endTime: 1_000 + n * 6_000 }));
  const [head, ...lines] = slowest(files, "/lacio");
  expect(head).toBe("The files that took longest; 1 of 12 slower than a minute:");
  expect(lines).toHaveLength(10);
  expect(lines.slice(0, 2)).toEqual(["   66 s  e2e/11.test.ts  slower than a minute", "   60 s  e2e/10.test.ts"]);
  expect(lines.at(-1)).toBe("   12 s  e2e/2.test.ts");
});
