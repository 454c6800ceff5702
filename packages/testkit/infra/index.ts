import { startContainers } from "./containers.ts";
import { startLocal } from "./local.ts";
import type { Infra, InfraOptions } from "./servers.ts";

/** PostgreSQL, NATS, Valkey and a mailbox: local processes, or containers by LACIO_INFRA=containers. @throws when one does not start */
export function startInfra(options: InfraOptions): Promise<Infra> {
  const kind = process.env.LACIO_INFRA ?? "local";
  if (kind === "local") return startLocal(options);
  if (kind === "containers") return startContainers(options);
  throw new Error(`LACIO_INFRA is "${kind}": it can be "local" (default) or "containers".`);
}
