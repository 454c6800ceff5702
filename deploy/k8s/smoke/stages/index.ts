import type { Stage } from "../smoke.ts";
import { install } from "./install.ts";

/** In this order. */
export const stages: Record<string, Stage> = {
  install,
};
