import path from "node:path";

// Many Node processes on one machine, resting most of the time. A small young generation; and what malloc frees goes back to the system
// (argon2 takes 19 MiB at a time: glibc would keep it, once in each thread's arena).
export const leanNode = {
  NODE_NO_WARNINGS: "1",
  NODE_OPTIONS: "--max-semi-space-size=1",
  MALLOC_ARENA_MAX: "1",
  MALLOC_MMAP_THRESHOLD_: "131072",
};

/** What NODE_OPTIONS does not take, or not from a folder with a space in its name. */
export const leanFlags = ["--optimize-for-size", "--expose-gc", "--import", path.join(import.meta.dirname, "tidy.mjs")];
