import type { Job } from "@lacio/chassis/jobs";
import type { App } from "../app.ts";
import { givenUp, sendMail } from "./send-mail.ts";

export const jobs = (app: App): Job[] => [
  {
    name: "send-mail",
    run: sendMail(app),
    atOnce: 2 * app.config.mailConnections,
    limitSeconds: 90,
    leaseSeconds: app.config.mailLeaseSeconds,
    retrySeconds: app.config.mailRetrySeconds,
    mostFailures: app.config.mailMaxRefusals,
    onDead: givenUp,
  },
];
