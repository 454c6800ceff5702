import type { Job } from "@lacio/chassis/jobs";
import type { App } from "../app.ts";
import { decide } from "./decide.ts";
import { forgetLinks } from "./forget-links.ts";
import { planVisits } from "./plan-visits.ts";

export const jobs = (app: App): Job[] => [
  // It repeats, so that a visit that fails keeps the others waiting for a minute at most.
  { name: "plan", run: planVisits(app), atOnce: 1, everySeconds: 60 },
  { name: "decide", run: decide(app), atOnce: 8 },
  { name: "forget-links", run: () => forgetLinks(app), everySeconds: 6 * 3_600 },
];
