import path from "node:path";

// For many mostly idle Node processes on one machine: a small young generation of V8's heap, and a malloc that returns large blocks to the
// system (glibc would keep argon2's 19 MiB in each thread's arena).
export const leanNode = {
  NODE_NO_WARNINGS: "1",
  NODE_OPTIONS: "--max-semi-space-size=1",
  MALLOC_ARENA_MAX: "1",
  MALLOC_MMAP_THRESHOLD_: "131072",
};

/** Flags that NODE_OPTIONS does not accept, or (--import) not with a space in the path. */
export const leanFlags = ["--expose-gc", "--import", path.join(import.meta.dirname, "tidy.mjs")];
