import { startMail } from "./mail.ts";
import { startNats } from "./nats.ts";
import { startPostgres } from "./postgres.ts";
import { startRedis } from "./redis.ts";
import { together, type Infra, type InfraOptions } from "./servers.ts";

/** Servers from npm and PyPI as child processes of this one. */
export function startLocal(options: InfraOptions): Promise<Infra> {
  return together({
    postgres: startPostgres(options),
    nats: startNats(options),
    redis: startRedis(options),
    mail: startMail(options),
  });
}
