import type { Job } from "@lacio/chassis/jobs";
import type { App } from "../app.ts";
import { issueWaiting } from "./issue-waiting.ts";
import { renderInvoice } from "./render-invoice.ts";
import { watchNumbers } from "./watch-numbers.ts";

export const jobs = (app: App): Job[] => [
  { name: "render-invoice", run: renderInvoice(app), atOnce: 1, retrySeconds: 15 },
  { name: "issue-waiting", run: issueWaiting(app), atOnce: 1 },
  { name: "watch-numbers", run: () => watchNumbers(app), everySeconds: 60 },
];
