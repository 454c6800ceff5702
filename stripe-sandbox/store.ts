import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
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

// `synchronous = normal` with a write-ahead log: commits survive a crash of this process, but the last ones may not survive one of the machine.
const schema = `
  pragma journal_mode = wal;
  pragma synchronous = normal;
  create table if not exists object (place integer primary key, kind text not null, id text not null, value text not null, unique (kind, id));
`;

/** Objects as JSON in a SQLite file, oldest first. `transact` commits its changes together, or rolls all of them back. */
export function openStore(dataDir: string) {
  mkdirSync(dataDir, { recursive: true });
  const db = new DatabaseSync(join(dataDir, "sandbox.sqlite"));
  db.exec(schema);
  db.prepare("delete from object where kind = 'answers' and value ->> 'at' < ?").run(Date.now() - answersKeptMs);
  const one = db.prepare("select value from object where kind = ? and id = ?");
  const every = db.prepare("select id, value from object where kind = ? order by place");
  const upsert = db.prepare(
    "insert into object (kind, id, value) values (?, ?, ?) on conflict (kind, id) do update set value = excluded.value",
  );
  const listeners: ((changes: Change[]) => void)[] = [];
  let changes: Change[] | undefined;

  function transact<R>(work: () => R): R {
    const made: Change[] = (changes = []);
    let result: R;
    db.exec("begin immediate");
    try {
      result = work();
      db.exec("commit");
    } catch (error) {
      if (db.isTransaction) db.exec("rollback");
      throw error;
    } finally {
      changes = undefined;
    }
    for (const listener of listeners) listener(made);
    return result;
  }

  function put<T extends Table>(table: T, id: string, value: Tables[T]): Tables[T] {
    if (!changes) throw new Error("put outside transact");
    upsert.run(table, id, JSON.stringify(value));
    changes.push([table, id, value] as Change);
    return value;
  }

  const entries = <T extends Table>(table: T) =>
    every.all(table).map(({ id, value }): [string, Tables[T]] => [String(id), JSON.parse(String(value)) as Tables[T]]);

  return {
    get<T extends Table>(table: T, id: string): Tables[T] | undefined {
      const row = one.get(table, id);
      return row && (JSON.parse(String(row["value"])) as Tables[T]);
    },
    all: <T extends Table>(table: T): Tables[T][] => entries(table).map(([, value]) => value),
    entries,
    put,
    transact,
    onCommit: (listener: (changes: Change[]) => void) => void listeners.push(listener),
    close: () => db.close(),
  };
}
