import { setTimeout } from "node:timers";

// Loaded by --import with --expose-gc: one full GC 15 s after the start. An idle process allocates too little for V8 to collect the
// garbage of its start by itself.
setTimeout(() => globalThis.gc({ type: "major", execution: "sync", flavor: "last-resort" }), 15_000).unref();
