import { create } from "@bufbuild/protobuf";
import { expect, test } from "@jest/globals";
import { FindCandidatesResponseSchema } from "@lacio/proto/availability/v1/availability_service";
import { substitutesOf } from "./candidates.ts";

const money = (minorUnits: bigint) => ({ currencyCode: "COP", minorUnits });
const found = (today: bigint, ...takes: (bigint | undefined)[]) =>
  create(FindCandidatesResponseSchema, {
    terms: { price: money(today) },
    candidates: takes.map((price, n) => ({
      staffId: "abcdef"[n],
      staffName: "Camila",
      price: price === undefined ? undefined : money(price),
    })),
  });
const vacancy = { staffId: "lost", passedOver: [] as string[], price: 1000n };

test.each<[string, bigint, bigint, bigint | undefined]>([
  ["takes what was paid", 1000n, 1000n, 1000n],
  ["is cheaper: the client gets the difference", 1000n, 800n, 800n],
  ["is dearer: no substitute", 1000n, 1001n, undefined],
  ["is dearer than what was paid, but prices rose for all", 1200n, 1200n, 1000n],
  ["is dearer than the new price", 1200n, 1201n, undefined],
  ["costs what all cost since prices fell: nobody gets a part of an old price back", 900n, 900n, 1000n],
  ["costs less than all cost since prices fell", 900n, 800n, 800n],
  ["is dearer than the fallen price, but not than what was paid", 900n, 950n, 1000n],
])("a stylist who %s", (_, today, takes, price) => {
  expect(substitutesOf(found(today, takes), vacancy).map((one) => one.price)).toEqual(price === undefined ? [] : [price]);
});

test("the stylist who was lost and those who were passed over are none; the others keep their order", () => {
  const some = found(1000n, 1000n, undefined, 900n, 1000n);
  expect(substitutesOf(some, { ...vacancy, staffId: "a", passedOver: ["c"] }).map(({ staffId }) => staffId)).toEqual(["b", "d"]);
});

test("of a service that is not known any more there are none", () => {
  expect(substitutesOf(create(FindCandidatesResponseSchema, { reason: "service_unknown" }), vacancy)).toEqual([]);
});
