import { on, type Subscription } from "@lacio/chassis/consume";
import { AccountErasedSchema } from "@lacio/proto/users/v1/events";
import type { App } from "../app.ts";
import { onAccountErased } from "./on-account-erased.ts";

export const subscriptions = (app: App): Subscription[] => [on(AccountErasedSchema, onAccountErased(app))];
