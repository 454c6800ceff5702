import type { Fact } from "@lacio/chassis/fact";

/** What a change to our rows causes: a fact for the outbox, a posting for the ledger, both or neither. */
export type Effect = { fact?: Fact; posting?: Posting };

/**
 * `stripe_clearing`: money that the provider holds for us. `disputes`: what banks took back from there.
 * `client_deposits`: paid for visits. `owed_to_clients`: not, or no longer, for a visit, and not with the client yet.
 */
export type Account = "stripe_clearing" | "disputes" | "client_deposits" | "owed_to_clients";

/** A ledger transaction in double entry. `id` names its cause and is unique in the ledger: the same movement is never written twice. */
export type Posting = {
  id: string;
  debit: Partial<Record<Account, bigint>>;
  credit: Partial<Record<Account, bigint>>;
  currency: string;
  paymentId: string;
  refundId?: string;
};
