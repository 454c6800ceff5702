import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import type { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { password } from "@lacio/testkit/people";
import { stylists, type SkillName } from "./salon.ts";

type Staff = Client<typeof StaffService>;

/** Creates the stylists that are missing, and sets everybody's hours; adds days off only to those who have none ahead. */
export async function seedStylists(staff: Staff, skills: Map<SkillName, string>): Promise<void> {
  const known = new Map((await staff.listStaff({ pageSize: 200, includeInactive: true })).staff.map(({ name, id }) => [name, id]));
  for (const { name, email, bio, skills: can, shifts, daysOff = [] } of stylists) {
    const staffId =
      known.get(name) ??
      (await staff.createStylist({ name, email, bio, password, skillIds: can.map((skill) => skills.get(skill)!) })).stylist!.id;
    await staff.putSchedule({ staffId, shifts });
    const ahead = (await staff.listTimeOff({ staffId })).timeOff.length > 0;
    for (const days of ahead ? [] : daysOff) await staff.addTimeOff({ staffId, ...dayAhead(days), reason: "Día libre" });
  }
}

function dayAhead(days: number) {
  const day = Temporal.Now.plainDateISO("America/Bogota").add({ days });
  const instant = (date: Temporal.PlainDate) => timestampFromDate(new Date(date.toZonedDateTime("America/Bogota").epochMilliseconds));
  return { start: instant(day), end: instant(day.add({ days: 1 })) };
}
