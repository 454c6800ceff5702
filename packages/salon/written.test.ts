import { describe, expect, test } from "@jest/globals";
import { Written } from "@lacio/proto/options/v1/options";
import { clean } from "./written.ts";

const { DOCUMENT, EMAIL, LINE, PHONE } = Written;

describe("clean before checking", () => {
  test.each([
    ["3001234567", "+573001234567"],
    ["(601) 742 0000", "+576017420000"],
    ["(+57) 300 123 4567", "+573001234567"],
    ["300.123.4567", "+573001234567"],
    ["300\u00a0123\u202f4567", "+573001234567"],
    ["\u202a+57 300 123 4567\u202c", "+573001234567"],
    ["\u2066300 123 4567\u2069\u200e", "+573001234567"],
    ["300–123–4567", "+573001234567"],
    ["300\u2011123\u20114567", "+573001234567"],
    ["57 300 123 4567", "+573001234567"],
    ["0057 300 123 4567", "+573001234567"],
    ["+34 612 345 678", "+34612345678"],
    ["+1 (202) 555-0142", "+12025550142"],
    ["\u200b", ""],
    // What can't be a phone number stays as it is, for validation to refuse.
    ["123", "123"],
    ["llámame", "llámame"],
    ["llámame al 300 123 4567", "llámame al 300 123 4567"],
    ["300 123 4567 ext. 12", "300 123 4567 ext. 12"],
    ["300 123 456", "300 123 456"],
    ["+57 300 123 4567 / 301 123 4567", "+57 300 123 4567 / 301 123 4567"],
  ])("the phone %j is %j", (typed, kept) => {
    expect(clean(PHONE, typed)).toBe(kept);
  });

  test.each([
    [" ana@example.com\n", "ana@example.com"],
    ["ana\u200b@example.com\u200b", "ana@example.com"],
    ["\u202aAna@example.com\u202c", "Ana@example.com"],
    ["ana＠example．com", "ana@example.com"],
    ["\u00a0ana@example.com\ufeff", "ana@example.com"],
    ["o'connor@example.com", "o'connor@example.com"],
    ["ana maria@example.com", "ana maria@example.com"],
  ])("the address %j is %j", (typed, kept) => {
    expect(clean(EMAIL, typed)).toBe(kept);
  });

  test.each([
    ["  Ana \u00a0 María\n", "Ana María"],
    ["Ana\u202e\u200b", "Ana"],
    ["Ana Mari\u0301a", "Ana María"],
    ["می\u200cخواهم", "می\u200cخواهم"],
    ["👩\u200d🦱", "👩\u200d🦱"],
    ["Ana\0", "Ana\0"],
  ])("the line %j is %j", (typed, kept) => {
    expect(clean(LINE, typed)).toBe(kept);
  });

  test.each([
    [" 1.020.304.050 ", "1020304050"],
    ["900 373 115–3", "900373115-3"],
    ["ab12345", "AB12345"],
  ])("the document's number %j is %j", (typed, kept) => {
    expect(clean(DOCUMENT, typed)).toBe(kept);
  });
});
