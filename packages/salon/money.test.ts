import { expect, test } from "@jest/globals";
import { money } from "./money.ts";
import { shareOf } from "./share.ts";

test.each([
  [0n, "$ 0", "COP 0", "$ 0,00"],
  [5n, "$ 0,05", "COP 0.05", "$ 0,05"],
  [100_000n, "$ 1.000", "COP 1,000", "$ 1.000,00"],
  [4_999_999n, "$ 49.999,99", "COP 49,999.99", "$ 49.999,99"],
  [shareOf(4_999_999n, 50), "$ 24.999,99", "COP 24,999.99", "$ 24.999,99"],
  [18_000_000n, "$ 180.000", "COP 180,000", "$ 180.000,00"],
  [900_719_925_474_099_312n, "$ 9.007.199.254.740.993,12", "COP 9,007,199,254,740,993.12", "$ 9.007.199.254.740.993,12"],
])("English writes pesos one way that nobody reads as dollars: %s centavos", (centavos, es, en, always) => {
  const all = [money(centavos, "es"), money(centavos, "en"), money(centavos, "es", "always")];
  expect(all).toEqual([es, en, always].map((text) => text.replace(" ", "\u00a0")));
});
