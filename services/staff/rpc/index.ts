import type { Routes } from "@lacio/chassis/serve";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import type { App, Rpc } from "../app.ts";
import { listAbsences, reportAbsence, withdrawAbsence } from "./absences.ts";
import { getSchedule, putSchedule } from "./schedule.ts";
import { createService, listServices, updateService } from "./services.ts";
import { getSettings, updateSettings } from "./settings.ts";
import { createSkill, listSkills, updateSkill } from "./skills.ts";
import { createStylist, getStylist, listStaff, updateStylist } from "./stylists.ts";
import { addTimeOff, listTimeOff, removeTimeOff } from "./time-off.ts";

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
      reportAbsence: reportAbsence(app),
      listAbsences: listAbsences(app),
      withdrawAbsence: withdrawAbsence(app),
      getSettings: getSettings(app),
      updateSettings: updateSettings(app),
    } satisfies Rpc);
