import { expect, test } from "@jest/globals";
import { initials } from "./initials.ts";

test.each([
  ["Ana María Ruiz", "AM"],
  ["  sofía   peña ", "SP"],
  ["Óscar", "Ó"],
  ["", ""],
])("initials of %j are %j", (name, letters) => expect(initials(name)).toBe(letters));
