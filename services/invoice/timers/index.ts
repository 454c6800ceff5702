import { every, type Timer } from "@lacio/chassis/timers";
import type { App } from "../app.ts";
import { issuePending } from "./issue-pending.ts";
import { renderFiles } from "./render-files.ts";
import { watchNumbers } from "./watch-numbers.ts";

export const timers = (app: App): Timer[] => {
  const pending = every(15_000, "issue-pending", (over) => issuePending(app, over));
  const files = every(2_000, "render-files", (over) => renderFiles(app, over));
  app.wake.issuePending = () => pending.wake();
  app.wake.renderFiles = () => files.wake();
  return [pending, files, every(60_000, "watch-numbers", () => watchNumbers(app))];
};
