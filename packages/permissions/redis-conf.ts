/** Where a Redis or Valkey listens, and its folder. */
export type RedisSettings = { bind: string; port: number; dir: string };

/** redis.conf of a server with these users (redisUsers), without persistence: it only holds rate limits and short-lived caches. */
export const redisConf = ({ bind, port, dir }: RedisSettings, users: string[]): string => `
bind ${bind}
port ${port}
dir ${JSON.stringify(dir)}
save ""
appendonly no
maxmemory 64mb
maxmemory-policy allkeys-lru
${users.join("\n")}
`;
