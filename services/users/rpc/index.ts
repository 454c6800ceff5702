import type { Routes } from "@lacio/chassis/serve";
import { UsersService } from "@lacio/proto/users/v1/users_service";
import type { App, Rpc } from "../app.ts";
import { eraseMe } from "./erase-me.ts";
import { getContact, getMe, getPreferences, updateMe } from "./profiles.ts";
import { listMyRatings } from "./list-my-ratings.ts";
import { rateVisit } from "./rate-visit.ts";

export const routes =
  (app: App): Routes =>
  (router) =>
    void router.service(UsersService, {
      getMe: getMe(app),
      updateMe: updateMe(app),
      getContact: getContact(app),
      getPreferences: getPreferences(app),
      rateVisit: rateVisit(app),
      listMyRatings: listMyRatings(app),
      eraseMe: eraseMe(app),
    } satisfies Rpc);
