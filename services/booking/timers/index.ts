import { every, type Timer } from "@lacio/chassis/timers";
import type { App } from "../app.ts";
import { completeVisits } from "./complete-visits.ts";
import { sweepHolds } from "./sweep-holds.ts";

export const timers = (app: App): Timer[] => [
  every(app.config.expireSweepSeconds * 1_000, "sweep-holds", (over) => sweepHolds(app, over)),
  every(app.config.completeSweepSeconds * 1_000, "complete-visits", (over) => completeVisits(app, over)),
];
