import { expect, test } from "@jest/globals";
import { shareOf } from "./share.ts";

test.each([
  [4_999_999n, 50, 2_499_999n],
  [18_000_000n, 33, 5_940_000n],
  [1n, 99, 0n],
  [18_000_000n, 100, 18_000_000n],
  [90_071_992_547_409_931n, 100, 90_071_992_547_409_931n],
])("one rule per field: of %s, %s percent are %s", (amount, percent, share) => {
  expect(shareOf(amount, percent)).toBe(share);
});
