import type { Permissions } from "@lacio/chassis/permissions";

// What rate-limiter-flexible (also inside its script) and ioredis ask for.
const commands = "+eval +evalsha +set +incrby +expire +get +pttl +del +multi +exec +discard +ping +info +client|setinfo +client|setname";

/** The users of redis.conf (ACL): each service that has Redis reaches keys of its own, `<service>:…`; there is no default user. */
export const redisUsers = (services: Record<string, Permissions>, passwordOf: (user: string) => string): string[] => [
  "user default off",
  ...Object.entries(services)
    .filter(([, { servers }]) => servers.includes("redis"))
    .map(([name]) => `user ${name} on >${passwordOf(name)} ~${name}:* resetchannels -@all ${commands}`),
];
