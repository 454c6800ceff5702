import type { MessageInitShape } from "@bufbuild/protobuf";
import { caller, isAdmin } from "@lacio/chassis/access";
import type { SalonServiceSchema } from "@lacio/proto/staff/v1/staff_service";
import { skillsOf } from "../acts/skills-of.ts";
import type { App, Rpc } from "../app.ts";
import { SalonService } from "../domain/salon-service.ts";
import { pageByName } from "./page-by-name.ts";

export const listServices = (app: App): Rpc["listServices"] =>
  async function listServices(req, ctx) {
    const all = req.includeInactive && isAdmin(caller(ctx));
    const { rows, nextPageToken } = await pageByName(req, (after, options) =>
      app.db.read().find(SalonService, { ...after, ...(!all && { active: true }) }, { ...options, populate: ["skills"] }),
    );
    return { services: rows.map(showService), nextPageToken };
  };

export const createService = (app: App): Rpc["createService"] =>
  function createService({ skillIds, ...wishes }, ctx) {
    return app.transact(async (tx) => {
      const skills = await skillsOf(tx.em, skillIds, "skillIds");
      const { name, nameEn, description, descriptionEn, price, ivaPercent, phases, bufferMinutes } = wishes;
      const [service, offered] = SalonService.offer(
        { name, nameEn, description, descriptionEn, price, ivaPercent, phases, bufferMinutes, skills },
        app.now(),
      );
      tx.add(service);
      tx.emit(...offered);
      return { service: showService(service) };
    }, ctx);
  };

export const updateService = (app: App): Rpc["updateService"] =>
  function updateService(req, ctx) {
    return app.transact(async (tx) => {
      const service = await tx.lock(SalonService, { id: req.serviceId });
      await service.skills.loadItems();
      const { name, nameEn, description, descriptionEn, price, ivaPercent, bufferMinutes, active } = req;
      const phases = req.phases.length > 0 ? req.phases : undefined;
      const skills = req.skillIds && (await skillsOf(tx.em, req.skillIds.ids, "skillIds.ids"));
      const wishes = { name, nameEn, description, descriptionEn, price, ivaPercent, phases, bufferMinutes, skills, active };
      tx.emit(...service.change(wishes));
      return { service: showService(service) };
    }, ctx);
  };

// The message in the answer is the one in the fact: clients and projections see the same.
const showService = (service: SalonService): MessageInitShape<typeof SalonServiceSchema> => service.toMessage();
