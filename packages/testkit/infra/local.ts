import { startMail } from "./mail.ts";
import { startNats } from "./nats.ts";
import { startPostgres } from "./postgres.ts";
import { startRedis } from "./redis.ts";
import { together, type Infra, type InfraOptions } from "./servers.ts";

/** The servers from npm and PyPI as child processes. */
export function startLocal(options: InfraOptions): Promise<Infra> {
  return together({
    postgres: startPostgres(options),
    nats: startNats(options),
    redis: startRedis(options),
    mail: startMail(options),
  });
}
