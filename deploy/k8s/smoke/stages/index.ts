import type { Stage } from "../smoke.ts";
import { install } from "./install.ts";
import { manifests } from "./manifests.ts";
import { rollback } from "./rollback.ts";
import { rollout } from "./rollout.ts";
import { uninstall } from "./uninstall.ts";
import { upgrade } from "./upgrade.ts";

/** In this order. */
export const stages: Record<string, Stage> = {
  manifests,
  install,
  rollout,
  upgrade,
  rollback,
  uninstall,
};
