import type { Edge } from "./edge.ts";
import { extension } from "./typed.ts";

/** Load shedding: limits connections and heap, and resets the streams that buffer most first, before the kernel kills the process (OOM). */
export function overloadManager({ heapMb }: Edge): object {
  return {
    refresh_interval: "0.1s",
    // Streams are sorted by buffered bytes into eight classes, doubling from 2 KiB: up to 256 KiB, the largest body of any route.
    buffer_factory_config: { minimum_account_to_track_power_of_two: 11 },
    resource_monitors: [
      extension(
        "envoy.resource_monitors.global_downstream_max_connections",
        "extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
        { max_active_downstream_connections: 20_000 },
      ),
      extension(heap, "extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig", { max_heap_size_bytes: heapMb * 1024 * 1024 }),
    ],
    actions: [
      {
        // Each change of the scaled value resets at most a hundred streams: it needs a wide range and a short refresh interval.
        name: "envoy.overload_actions.reset_high_memory_stream",
        triggers: [{ name: heap, scaled: { scaling_threshold: 0.6, saturation_threshold: 1 } }],
      },
      { name: "envoy.overload_actions.shrink_heap", triggers: [{ name: heap, threshold: { value: 0.9 } }] },
      { name: "envoy.overload_actions.stop_accepting_requests", triggers: [{ name: heap, threshold: { value: 0.95 } }] },
    ],
  };
}

const heap = "envoy.resource_monitors.fixed_heap";
