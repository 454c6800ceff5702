import { startMail } from "./mail.ts";
import { startNats } from "./nats.ts";
import { startPostgres } from "./postgres.ts";
import { startRedis } from "./redis.ts";
import type { Starters } from "./servers.ts";

/** The servers from npm and PyPI as child processes. */
export const local: Starters = { postgres: startPostgres, nats: startNats, redis: startRedis, mail: startMail };
