import type { Fact } from "@lacio/chassis/fact";

/** What came of a change: a fact to tell, and money that moved. */
export type Effect = { fact?: Fact; posting?: Posting };

/**
 * `stripe_clearing`: money that the provider holds for us. `disputes`: what banks took back from there.
 * `client_deposits`: what was sold. `owed_to_clients`: what was sold no more, or never, and has not reached the client yet.
 */
export type Account = "stripe_clearing" | "disputes" | "client_deposits" | "owed_to_clients";

/** One movement of money; its id says what it is for, and the ledger takes each id once. */
export type Posting = {
  id: string;
  debit: Partial<Record<Account, bigint>>;
  credit: Partial<Record<Account, bigint>>;
  currency: string;
  paymentId: string;
  refundId?: string;
};
