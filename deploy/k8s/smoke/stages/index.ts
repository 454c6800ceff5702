import type { Stage } from "../smoke.ts";
import { away } from "./away.ts";
import { borders } from "./borders.ts";
import { certificate } from "./certificate.ts";
import { frozen } from "./frozen.ts";
import { install } from "./install.ts";
import { kills } from "./kills.ts";
import { manifests } from "./manifests.ts";
import { memory } from "./memory.ts";
import { refusals } from "./refusals.ts";
import { rollback } from "./rollback.ts";
import { rollout } from "./rollout.ts";
import { scale } from "./scale.ts";
import { tokens } from "./tokens.ts";
import { uninstall } from "./uninstall.ts";
import { upgrade } from "./upgrade.ts";

/** In this order. */
export const stages: Record<string, Stage> = {
  manifests,
  install,
  memory,
  tokens,
  borders,
  away,
  refusals,
  certificate,
  rollout,
  upgrade,
  rollback,
  scale,
  kills,
  frozen,
  uninstall,
};
