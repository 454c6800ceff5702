import { containers } from "./containers.ts";
import { local } from "./local.ts";
import { together, type Infra, type InfraOptions, type ServerName } from "./servers.ts";

const all: ServerName[] = ["postgres", "nats", "redis", "mail"];

/**
 * PostgreSQL, NATS, Valkey and a mailbox, or `names` of them: local processes, or containers by LACIO_INFRA=containers.
 * @throws when one does not start
 */
export async function startInfra<Name extends ServerName = ServerName>(options: InfraOptions, names?: Name[]): Promise<Infra<Name>> {
  const kind = process.env.LACIO_INFRA ?? "local";
  if (kind !== "local" && kind !== "containers") throw new Error(`LACIO_INFRA is "${kind}": it can be "local" (default) or "containers".`);
  return together(kind === "local" ? local : containers, names ?? (all as Name[]), options);
}
