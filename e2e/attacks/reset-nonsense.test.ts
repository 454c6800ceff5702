import { expect, test } from "@jest/globals";
import { sharedSystem } from "@lacio/testkit/testing";
import { resetNonsense } from "./reset-nonsense.ts";

test("a hundred resets with a token that never was are refused, and people sign in beside them", async () => {
  const { answers, logins } = await resetNonsense(sharedSystem(), 100);
  expect(answers).toEqual({ 400: 100 });
  expect(new Set(logins.map(({ status }) => status))).toEqual(new Set([200]));
});
