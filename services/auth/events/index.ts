import { on, type Subscription } from "@lacio/chassis/consume";
import { StylistChangedSchema } from "@lacio/proto/staff/v1/events";
import { AccountErasedSchema } from "@lacio/proto/users/v1/events";
import type { App } from "../app.ts";
import { onAccountErased } from "./on-account-erased.ts";
import { onStylistChanged } from "./on-stylist-changed.ts";

export const subscriptions = (app: App): Subscription[] => [
  on(AccountErasedSchema, onAccountErased(app)),
  on(StylistChangedSchema, onStylistChanged(app)),
];
