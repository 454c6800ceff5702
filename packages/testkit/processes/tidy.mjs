import { setTimeout } from "node:timers";

// Loaded first where memory counts, with --expose-gc. What a start leaves behind would stay until there is much more of it, which in a
// process at rest is never.
setTimeout(() => globalThis.gc({ type: "major", execution: "sync", flavor: "last-resort" }), 15_000).unref();
