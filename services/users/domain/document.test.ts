import { expect, test } from "@jest/globals";
import { Document_Type } from "@lacio/proto/users/v1/users_service";
import { documentOf } from "./document.ts";

const { CC, CE, NIT, PASSPORT } = Document_Type;

test.each([
  [CC, "52123456"],
  [CC, "1020304050"],
  [CE, "E1234567"],
  [NIT, "900123456"],
  [NIT, "900123456-7"],
  [NIT, "1020304050-1"],
  [PASSPORT, "AB123456"],
])("type %i takes the number %s", (type, number) => {
  expect(documentOf({ type, number })).toEqual({ type: Document_Type[type], number });
});

test.each([
  [CC, "123"],
  [CC, "E1234567"],
  [CC, "52123456-1"],
  [CE, "123"],
  [NIT, "12345"],
  [NIT, "900123456-77"],
  [NIT, "900-123-456"],
  [PASSPORT, "1234"],
])("type %i does not take the number %s", (type, number) => {
  expect(() => documentOf({ type, number })).toThrow("document.number");
});
