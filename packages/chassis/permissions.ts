export type Verb = "select" | "insert" | "update" | "delete";

/** What one service may do, and nothing else: its user at the broker, the running role of its database, the doors it may knock at. */
export type Permissions = {
  /** Subjects of the facts that it publishes. */
  publishes: readonly string[];
  /** Subjects of other services' facts that it reacts to. */
  consumes: readonly string[];
  /** The services that it calls; which of their methods is said by each method's `access`. */
  calls: readonly string[];
  /** What its running role may do with each of its tables. Those of the chassis are not listed: they are the same everywhere. */
  tables: Readonly<Record<string, readonly Verb[]>>;
  /** Servers beside its database and the broker. */
  servers: readonly ("redis" | "smtp" | "stripe")[];
};
