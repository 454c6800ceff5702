import type { Routes } from "@lacio/chassis/serve";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import type { App, Rpc } from "../app.ts";
import { addTimeOff } from "./add-time-off.ts";
import { createService } from "./create-service.ts";
import { createSkill } from "./create-skill.ts";
import { createStylist } from "./create-stylist.ts";
import { getSchedule } from "./get-schedule.ts";
import { getSettings } from "./get-settings.ts";
import { getStylist } from "./get-stylist.ts";
import { listServices } from "./list-services.ts";
import { listSkills } from "./list-skills.ts";
import { listStaff } from "./list-staff.ts";
import { listTimeOff } from "./list-time-off.ts";
import { putSchedule } from "./put-schedule.ts";
import { removeTimeOff } from "./remove-time-off.ts";
import { updateService } from "./update-service.ts";
import { updateSettings } from "./update-settings.ts";
import { updateSkill } from "./update-skill.ts";
import { updateStylist } from "./update-stylist.ts";

export const routes =
  (app: App): Routes =>
  (router) =>
    void router.service(StaffService, {
      listServices: listServices(app),
      createService: createService(app),
      updateService: updateService(app),
      listSkills: listSkills(app),
      createSkill: createSkill(app),
      updateSkill: updateSkill(app),
      listStaff: listStaff(app),
      getStylist: getStylist(app),
      createStylist: createStylist(app),
      updateStylist: updateStylist(app),
      getSchedule: getSchedule(app),
      putSchedule: putSchedule(app),
      addTimeOff: addTimeOff(app),
      listTimeOff: listTimeOff(app),
      removeTimeOff: removeTimeOff(app),
      getSettings: getSettings(app),
      updateSettings: updateSettings(app),
    } satisfies Rpc);
