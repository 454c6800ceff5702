import type { Client } from "@connectrpc/connect";
import type { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { services, skills, type SkillName } from "./salon.ts";

type Staff = Client<typeof StaffService>;

/** Creates the skills and services that are missing. Answers the skills' ids by name. */
export async function seedCatalogue(staff: Staff): Promise<Map<SkillName, string>> {
  const ids = new Map((await staff.listSkills({ pageSize: 200 })).skills.map(({ name, id }) => [name as SkillName, id]));
  for (const name of skills) if (!ids.has(name)) ids.set(name, (await staff.createSkill({ name })).skill!.id);
  const known = new Set((await staff.listServices({ pageSize: 200, includeInactive: true })).services.map(({ name }) => name));
  for (const { pesos, skills: needed, ...service } of services) {
    if (known.has(service.name)) continue;
    const price = { currencyCode: "COP", minorUnits: BigInt(pesos) * 100n };
    await staff.createService({ ...service, price, skillIds: needed.map((name) => ids.get(name)!) });
  }
  return ids;
}
