import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "@lacio/proto/google/rpc/error_details";
import type { System, SystemDescription } from "@lacio/testkit/system";

const mostTries = 5;

/** Two replicas of a service that take calls in turn, as behind a Kubernetes Service, and are replaced one by one. */
export async function replicasOf(system: System, service: string) {
  const first = { url: system.urls[service]!, process: system.process(service) }; // on the address that its peers know
  let second = await system.startReplica(service);
  let live = [first.url, second.url];
  let turn = 0;
  let changes: Record<string, string> = {};

  return {
    /** Calls a replica. One that drains, or is gone, refuses: then the next one is asked, as the edge does. */
    async call<T>(ask: (around: SystemDescription) => Promise<T>): Promise<T> {
      for (let tries = 1; ; tries++) {
        const url = live[turn++ % live.length]!;
        try {
          return await ask({ ...system, urls: { ...system.urls, [service]: url } });
        } catch (error) {
          if (tries === mostTries || !isRefused(error)) throw error;
        }
      }
    },

    /** A rolling update: one more replica with the new environment, then the old ones go, each while it is asked. */
    async rollOut(env: Record<string, string>): Promise<void> {
      changes = { ...changes, ...env };
      const fresh = await system.startReplica(service, changes);
      live = [first.url, second.url, fresh.url];
      const restarted = first.process.restart(env); // sends SIGTERM at once
      live = [second.url, fresh.url];
      await restarted;
      live = [first.url, second.url, fresh.url];
      const stopped = second.stop();
      live = [first.url, fresh.url];
      await stopped;
      second = fresh;
    },

    ops: () => [system.urls[`${service}-ops`]!, second.ops],
  };
}

// What a service answers has a reason; without one it comes from the connection.
function isRefused(error: unknown): boolean {
  const known = ConnectError.from(error);
  return known.code === Code.Unavailable || known.findDetails(ErrorInfoSchema).length === 0;
}
