import { expect, test } from "@jest/globals";
import { bookingCode } from "./booking-code.ts";

test("one rule per field: a booking's code is the random end of its id, in fours", () => {
  expect(bookingCode("01935f3a-7c2e-7b11-9d3f-5c2a9b101e32")).toBe("9B10-1E32");
});
