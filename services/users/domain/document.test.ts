import { expect, test } from "@jest/globals";
import { Document_Type } from "@lacio/proto/users/v1/users_service";
import { documentOf } from "./document.ts";

const { CC, FOREIGN_NIT, NIT, PEP } = Document_Type;

test("documents are DIAN's: one is kept by its type's name, with the number as it was meant", () => {
  expect(documentOf({ type: NIT, number: "800.197.268" })).toEqual({ type: "NIT", number: "800197268-4" });
});

test.each([
  [CC, "123", "of a CC must have 4 to 10 digits"],
  [PEP, "123", "of a PEP must have 15 digits"],
  [FOREIGN_NIT, "a/b", "of a FOREIGN_NIT must have 4 to 20 letters, digits or dashes"],
  [NIT, "12345", "of a NIT must have 6 to 10 digits, and a check digit after a dash if any"],
  [NIT, "800197268-5", "has a wrong check digit"],
])("documents are DIAN's: type %i does not take the number %s, and says why", (type, number, why) => {
  expect(() => documentOf({ type, number })).toThrow(`document.number: ${why}`);
});
