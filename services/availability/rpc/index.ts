import type { Routes } from "@lacio/chassis/serve";
import { AvailabilityService } from "@lacio/proto/availability/v1/availability_service";
import type { App, Rpc } from "../app.ts";
import { findAlternatives } from "./find-alternatives.ts";
import { findCandidates } from "./find-candidates.ts";
import { findMoves, getAvailability } from "./offer-slots.ts";

export const routes =
  (app: App): Routes =>
  (router) =>
    void router.service(AvailabilityService, {
      getAvailability: getAvailability(app),
      findCandidates: findCandidates(app),
      findMoves: findMoves(app),
      findAlternatives: findAlternatives(app),
    } satisfies Rpc);
