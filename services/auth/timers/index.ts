import { every, type Timer } from "@lacio/chassis/timers";
import type { App } from "../app.ts";
import { forgetSessions } from "./forget-sessions.ts";

export const timers = (app: App): Timer[] => [
  every(3_600_000, "rotate-keys", () => app.keyring.rotate()),
  every(3_600_000, "forget-sessions", () => forgetSessions(app)),
];
