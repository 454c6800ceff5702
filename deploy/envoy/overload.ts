import type { Edge } from "./edge.ts";
import { extension } from "./typed.ts";

/** Better to refuse some than to be killed with all: connections and heap have an end, and whoever holds most goes first. */
export function overloadManager({ heapMb }: Edge): object {
  return {
    refresh_interval: "0.1s",
    // Streams are told apart by what they hold in eight sizes, from here on doubling: up to 256 KiB, the most that any route takes.
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
        // Each time the scaled value moves, a hundred at most are cut: it has to have room to move, and to be looked at often.
        name: "envoy.overload_actions.reset_high_memory_stream",
        triggers: [{ name: heap, scaled: { scaling_threshold: 0.6, saturation_threshold: 1 } }],
      },
      { name: "envoy.overload_actions.shrink_heap", triggers: [{ name: heap, threshold: { value: 0.9 } }] },
      { name: "envoy.overload_actions.stop_accepting_requests", triggers: [{ name: heap, threshold: { value: 0.95 } }] },
    ],
  };
}

const heap = "envoy.resource_monitors.fixed_heap";
