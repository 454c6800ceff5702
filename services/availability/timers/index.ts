import { every, type Timer } from "@lacio/chassis/timers";
import type { App } from "../app.ts";
import { forgetPast } from "./forget-past.ts";

export const timers = (app: App): Timer[] => [every(6 * 3_600_000, "forget-past", () => forgetPast(app))];
