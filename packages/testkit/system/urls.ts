import type { Ports } from "../environment.ts";
import type { Infra } from "../infra/servers.ts";

export const infraUrls = ({ postgres, nats, redis, mail }: Partial<Infra> & Infra<"postgres" | "nats" | "redis">) => ({
  ...(mail && { mail: mail.url, smtp: mail.smtpUrl }),
  postgres: postgres.url,
  nats: nats.url,
  redis: redis.url,
});

/** web is what a person would call: the edge in front of it, where there is one. */
export const webUrls = (publicUrl: string, { ops }: { ops: number }) => ({ web: publicUrl, "web-ops": `http://127.0.0.1:${ops}` });

/** <service> (Connect and gRPC, h2c), <service>-http, <service>-ops. */
export function serviceUrls(services: string[], ports: Record<string, Ports>): Record<string, string> {
  const local = (port: number) => `http://127.0.0.1:${port}`;
  return Object.assign(
    {},
    ...services.map((name) => ({
      [name]: local(ports[name]!.rpc),
      [`${name}-http`]: local(ports[name]!.http),
      [`${name}-ops`]: local(ports[name]!.ops),
    })),
  ) as Record<string, string>;
}
