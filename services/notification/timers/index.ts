import { every, type Timer } from "@lacio/chassis/timers";
import type { App } from "../app.ts";
import { sendMail } from "./send-mail.ts";

export const timers = (app: App): Timer[] => {
  const sender = every(1_000, "send-mail", (over) => sendMail(app, over));
  app.wake.sendMail = () => sender.wake();
  return [sender];
};
