import type { Job } from "@lacio/chassis/jobs";
import type { App } from "../app.ts";
import { forgetSessions } from "./forget-sessions.ts";

export const jobs = (app: App): Job[] => [
  { name: "rotate-keys", everySeconds: 3_600, run: () => app.keyring.rotate() },
  { name: "forget-sessions", everySeconds: 3_600, run: () => forgetSessions(app) },
];
