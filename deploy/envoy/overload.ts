import type { Edge } from "./bootstrap.ts";
import { extension } from "./typed.ts";

/** Better to refuse some than to be killed with all: connections and heap have an end. */
export function overloadManager({ heapMb }: Edge): object {
  return {
    refresh_interval: "0.25s",
    resource_monitors: [
      extension(
        "envoy.resource_monitors.global_downstream_max_connections",
        "extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
        { max_active_downstream_connections: 20_000 },
      ),
      extension(heap, "extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig", { max_heap_size_bytes: heapMb * 1024 * 1024 }),
    ],
    actions: [
      { name: "envoy.overload_actions.shrink_heap", triggers: [{ name: heap, threshold: { value: 0.9 } }] },
      { name: "envoy.overload_actions.stop_accepting_requests", triggers: [{ name: heap, threshold: { value: 0.95 } }] },
    ],
  };
}

const heap = "envoy.resource_monitors.fixed_heap";
