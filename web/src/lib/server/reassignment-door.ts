import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  AnswerByLinkRequestSchema,
  GetAlternativesByLinkResponse,
  GetAlternativesResponse,
} from "@lacio/proto/reassignment/v1/reassignment_service";
import type { Api } from "./api.ts";
import { forLink, forMove, type Source } from "./slots.ts";

/** How a client gets to the reassignment of a visit that lost its stylist: signed in, or by the link of a mail. */
export type Door = {
  see(): Promise<Seen>;
  /** The hours that it can be moved to. */
  slots: Source;
  answer(answer: Answer): Promise<unknown>;
};

export type Seen = GetAlternativesResponse | GetAlternativesByLinkResponse;

/** Accept the offer, another time, or a full refund. */
export type Answer = NonNullable<MessageInitShape<typeof AnswerByLinkRequestSchema>["answer"]>;

export const signedIn = (api: Api, bookingId: string): Door => ({
  see: () => api.reassignment.getAlternatives({ bookingId }),
  slots: forMove(api, bookingId),
  answer: (answer) => api.reassignment.answerReassignment({ bookingId, answer }),
});

export const byLink = (api: Api, token: string): Door => ({
  see: () => api.reassignment.getAlternativesByLink({ token }),
  slots: forLink(api, token),
  answer: (answer) => api.reassignment.answerByLink({ token, answer }),
});
