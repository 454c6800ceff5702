import type { App, Rpc } from "../app.ts";
import { SalonService } from "../domain/salon-service.ts";
import { skillsOf } from "../acts/skills-of.ts";

export const createService =
  (app: App): Rpc["createService"] =>
  ({ skillIds, ...wishes }, ctx) =>
    app.transact(async (tx) => {
      const skills = await skillsOf(tx.em, skillIds, "skillIds");
      const { name, nameEn, description, descriptionEn, price, ivaPercent, phases, bufferMinutes } = wishes;
      const [service, offered] = SalonService.offer(
        { name, nameEn, description, descriptionEn, price, ivaPercent, phases, bufferMinutes, skills },
        app.now(),
      );
      tx.add(service);
      tx.emit(...offered);
      return { service: service.message() };
    }, ctx);
