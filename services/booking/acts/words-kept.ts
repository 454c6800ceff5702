import type { Tx } from "@lacio/chassis/db";
import type { Booking } from "../domain/booking.ts";

/**
 * What is written about a visit; nothing when its client was erased. The booking's row is locked already: an erasure that is not seen here
 * waits for this transaction, and deletes the words then.
 */
export async function wordsKept(tx: Tx, { clientId }: Booking, words: string): Promise<string> {
  const erased = await tx.sql("select 1 from erased_client where id = $1", [clientId]);
  return erased.length > 0 ? "" : words;
}
