import type { Job } from "@lacio/chassis/jobs";
import type { App } from "../app.ts";
import { forgetPast } from "./forget-past.ts";

export const jobs = (app: App): Job[] => [{ name: "forget-past", everySeconds: 6 * 3_600, run: () => forgetPast(app) }];
