import { readConfig as read } from "@lacio/chassis/config";
import { expect, test } from "@jest/globals";
import { readConfig } from "./app.ts";

const configured = (nit: string) => {
  const rest = {
    ISSUER_NAME: "Lacio",
    ISSUER_ADDRESS: "Calle 85",
    ISSUER_CITY: "Bogotá",
    ISSUER_PHONE: "601",
    ISSUER_EMAIL: "f@example.com",
  };
  return read(readConfig, { ...rest, ISSUER_NIT: nit }).issuer.nit;
};

test("documents are DIAN's: the issuer's NIT is kept with its check digit", () => {
  expect(["800197268", "800.197.268-4"].map(configured)).toEqual(["800197268-4", "800197268-4"]);
});

test.each([
  ["901234567-1", "its check digit is wrong"],
  ["NIT 800197268", "is no NIT"],
  ["", "ISSUER_NIT is missing"],
])("documents are DIAN's: nobody issues invoices by the NIT %j", (nit, why) => {
  expect(() => configured(nit)).toThrow(why);
});
