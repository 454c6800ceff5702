import type { Job } from "@lacio/chassis/jobs";
import type { App } from "../app.ts";
import { completeVisit } from "./complete-visit.ts";
import { forgetAbsences } from "./forget-absences.ts";
import { sweepHolds } from "./sweep-holds.ts";
import { watchLostVisit } from "./watch-lost-visit.ts";

export const jobs = (app: App): Job[] => [
  { name: "sweep-holds", run: (_, { over }) => sweepHolds(app, over), everySeconds: app.config.expireSweepSeconds },
  { name: "complete-visit", run: completeVisit(app) },
  { name: "watch-lost-visit", run: watchLostVisit(app) },
  { name: "forget-absences", run: () => forgetAbsences(app), everySeconds: 6 * 3_600 },
];
