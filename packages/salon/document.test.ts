import { describe, expect, test } from "@jest/globals";
import { Document_Type } from "@lacio/proto/users/v1/users_service";
import { checkDocument, documentRules, type DocumentType } from "./document.ts";
import { checkDigit } from "./nit.ts";

describe("documents are DIAN's", () => {
  test("every type of the contract has its code, once", () => {
    const types = Object.values(Document_Type).filter((name) => typeof name === "string" && name !== "TYPE_UNSPECIFIED");
    expect(Object.keys(documentRules).toSorted()).toEqual((types as string[]).toSorted());
    const codes = Object.values(documentRules).map(({ code }) => code);
    expect(codes.toSorted()).toEqual(["11", "12", "13", "21", "22", "31", "41", "42", "47", "48", "50", "91"]);
  });

  // Public NITs: of DIAN, banks, the post, power and oil companies.
  test.each([
    ["800197268", 4],
    ["890903938", 8],
    ["860002964", 4],
    ["900062917", 9],
    ["899999082", 3],
    ["899999068", 1],
    ["830037248", 0],
  ])("the check digit of NIT %s is %i", (nit, digit) => {
    expect(checkDigit(nit)).toBe(digit);
  });

  test.each<[DocumentType, string, string]>([
    ["CC", "52.123.456", "52123456"],
    ["CC", "1020304050", "1020304050"],
    ["CE", "e1234567", "E1234567"],
    ["NIT", "800197268-4", "800197268-4"],
    ["NIT", "800.197.268–4", "800197268-4"],
    ["NIT", "8001972684", "800197268-4"],
    ["NIT", "800197268", "800197268-4"],
    ["NIT", "1020304050", `1020304050-${checkDigit("1020304050")}`],
    ["PASSPORT", "ab 123456", "AB123456"],
    ["TI", "1020304050", "1020304050"],
    ["PEP", "986543212021991", "986543212021991"],
    ["PPT", "1234567", "1234567"],
    ["FOREIGN_NIT", "b-12345678", "B-12345678"],
    ["FOREIGN_ID", "12345678-z", "12345678-Z"],
    ["RC", "1020304050", "1020304050"],
    ["NUIP", "1020304050", "1020304050"],
    ["TE", "123456", "123456"],
  ])("a %s takes %s", (type, typed, number) => {
    expect(checkDocument(type, typed)).toEqual({ number });
  });

  test.each<[DocumentType, string]>([
    ["CC", "123"],
    ["CC", "E1234567"],
    ["CC", "52123456-1"],
    ["CC", "12345678901"],
    ["CE", "123"],
    ["NIT", "12345"],
    ["NIT", "800197268-44"],
    ["NIT", "800-197-268"],
    ["NIT", "800197268-"],
    ["PASSPORT", "1234"],
    ["TI", "123456789"],
    ["PEP", "12345"],
    ["PPT", "A1234567"],
    ["NUIP", "123"],
  ])("a %s does not take %s", (type, typed) => {
    expect(checkDocument(type, typed)).toEqual({ wrong: "number" });
  });

  test.each(["800197268-5", "8001972685", "901234567-1"])("a NIT with a wrong check digit is no NIT: %s", (typed) => {
    expect(checkDocument("NIT", typed)).toEqual({ wrong: "check digit" });
  });
});
