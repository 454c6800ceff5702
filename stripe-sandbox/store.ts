import { openJournal } from "./journal.ts";
import type { Charge, Dispute, Event, Faults, Intent, Order, Refund, SavedAnswer, Session } from "./objects.ts";
import type { Delivery } from "./webhooks/delivery.ts";

export interface Tables {
  sessions: Session;
  orders: Order;
  intents: Intent;
  charges: Charge;
  refunds: Refund;
  disputes: Dispute;
  events: Event;
  deliveries: Delivery;
  answers: SavedAnswer;
  faults: Faults;
}
export type Table = keyof Tables;
export type Change = { [T in Table]: [T, string, Tables[T]] }[Table];
export type Store = ReturnType<typeof openStore>;

const answersKeptMs = 24 * 3600_000;

/** Everything is in memory; `transact` makes its changes durable together, or takes them all back. */
export function openStore(dataDir: string) {
  const tables: { [T in Table]: Map<string, Tables[T]> } = {
    sessions: new Map(),
    orders: new Map(),
    intents: new Map(),
    charges: new Map(),
    refunds: new Map(),
    disputes: new Map(),
    events: new Map(),
    deliveries: new Map(),
    answers: new Map(),
    faults: new Map(),
  };
  const rows = <T extends Table>(table: T): Map<string, Tables[T]> => tables[table];
  const journal = openJournal(dataDir, (entry) => replay(entry as Change[]), everything);
  const listeners: ((changes: Change[]) => void)[] = [];
  let changes: Change[] | undefined;
  let undo: (() => void)[] = [];

  function transact<R>(work: () => R): R {
    const made = (changes = []);
    undo = [];
    let result: R;
    try {
      result = work();
      if (made.length > 0) journal.append(made);
    } catch (error) {
      for (const step of undo.reverse()) step();
      throw error;
    } finally {
      changes = undefined;
    }
    for (const listener of listeners) listener(made);
    return result;
  }

  function put<T extends Table>(table: T, id: string, value: Tables[T]): Tables[T] {
    if (!changes) throw new Error("put outside transact");
    const before = rows(table).get(id);
    undo.push(() => (before ? rows(table).set(id, before) : rows(table).delete(id)));
    rows(table).set(id, value);
    changes.push([table, id, value] as Change);
    return value;
  }

  function replay(entry: Change[]): void {
    for (const [table, id, value] of entry) rows<Table>(table).set(id, value);
  }

  function* everything(): Iterable<Change[]> {
    for (const [id, answer] of tables.answers) if (answer.at < Date.now() - answersKeptMs) tables.answers.delete(id);
    for (const table of Object.keys(tables) as Table[]) {
      for (const [id, value] of rows(table)) yield [[table, id, value] as Change];
    }
  }

  return {
    get: <T extends Table>(table: T, id: string): Tables[T] | undefined => rows(table).get(id),
    all: <T extends Table>(table: T): Tables[T][] => [...rows(table).values()],
    entries: <T extends Table>(table: T): [string, Tables[T]][] => [...rows(table).entries()],
    put,
    transact,
    onCommit: (listener: (changes: Change[]) => void) => void listeners.push(listener),
    close: () => journal.close(),
  };
}
