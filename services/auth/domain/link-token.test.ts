import { describe, expect, test } from "@jest/globals";
import { LinkToken, type LinkPurpose } from "./link-token.ts";

const now = new Date("2026-06-01T12:00:00Z");
const after = (hours: number) => new Date(now.getTime() + hours * 3_600_000);

describe.each<[LinkPurpose, number]>([
  ["VERIFY_EMAIL", 168],
  ["RESET_PASSWORD", 24],
  ["CHANGE_EMAIL", 24],
])("a link to %s", (purpose, hours) => {
  const issued = () => LinkToken.issue("token", crypto.randomUUID(), purpose, now);

  test(`works for ${hours} hours`, () => {
    issued().use(after(hours - 0.01));
    expect(() => issued().use(after(hours))).toThrow(expect.objectContaining({ reason: "link_invalid" }));
  });

  test("works once", () => {
    const link = issued();
    link.use(now);
    expect(() => link.use(now)).toThrow(expect.objectContaining({ reason: "link_invalid" }));
  });

  test("is stored as a hash only", () => {
    expect(JSON.stringify(issued())).not.toContain("token");
  });
});
