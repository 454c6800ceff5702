import { on, type Subscription } from "@lacio/chassis/consume";
import { AccountRegisteredSchema } from "@lacio/proto/auth/v1/events";
import type { App } from "../app.ts";
import { onAccountRegistered } from "./on-account-registered.ts";

export const subscriptions = (app: App): Subscription[] => [on(AccountRegisteredSchema, onAccountRegistered(app))];
