import type { Candidate, FindCandidatesResponse } from "@lacio/proto/availability/v1/availability_service";
import type { Substitute } from "./answer.ts";
import type { SoldAs } from "./reassignment-schema.ts";

/** Who is wanted: for this visit, somebody else than `staffId` and `passedOver`, who takes at most `price`. `soldAs`: absent for the service as it is today. */
export type Wanted = {
  bookingId: string;
  serviceId: string;
  startsAt: Date;
  soldAs?: SoldAs;
  staffId: string;
  passedOver: string[];
  price: bigint;
};

/**
 * Who may do it instead, in availability's fair order. A stylist who takes more than was paid, and more than the service costs today, is
 * none: a general rise of prices leaves nobody without substitutes.
 */
export function substitutesOf(
  { terms, candidates }: FindCandidatesResponse,
  { staffId, passedOver, price }: Pick<Wanted, "staffId" | "passedOver" | "price">,
): Substitute[] {
  if (!terms) return [];
  const today = terms.price?.minorUnits ?? price;
  const takes = (candidate: Candidate) => candidate.price?.minorUnits ?? today;
  const most = today > price ? today : price;
  return candidates
    .filter((candidate) => candidate.staffId !== staffId && !passedOver.includes(candidate.staffId) && takes(candidate) <= most)
    .map((candidate) => ({
      staffId: candidate.staffId,
      staffName: candidate.staffName,
      price: takes(candidate) < today && takes(candidate) < price ? takes(candidate) : price,
    }));
}
