import type { App, Rpc } from "../app.ts";
import { SalonService } from "../domain/salon-service.ts";
import { skillsOf } from "../acts/skills-of.ts";

export const updateService =
  (app: App): Rpc["updateService"] =>
  (req, ctx) =>
    app.transact(async (tx) => {
      const service = await tx.lock(SalonService, { id: req.serviceId });
      await service.skills.loadItems();
      const { name, nameEn, description, descriptionEn, price, ivaPercent, bufferMinutes, active } = req;
      const phases = req.phases.length > 0 ? req.phases : undefined;
      const skills = req.skillIds && (await skillsOf(tx.em, req.skillIds.ids, "skillIds.ids"));
      const wishes = { name, nameEn, description, descriptionEn, price, ivaPercent, phases, bufferMinutes, skills, active };
      tx.emit(...service.change(wishes));
      return { service: service.message() };
    }, ctx);
