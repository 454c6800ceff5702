import type { Fact } from "@lacio/chassis/fact";

/** What came of a change: a fact to tell, and money that moved. */
export type Effect = { fact?: Fact; posting?: Posting };

/** Money that the provider holds for us, and money that we owe to clients until their visit. */
export type Account = "stripe_clearing" | "client_deposits";

/** One movement of money; its id says what it is for, and the ledger takes each id once. */
export type Posting = {
  id: string;
  debit: Account;
  credit: Account;
  amount: bigint;
  currency: string;
  paymentId: string;
  refundId?: string;
};
