import type { ConnectRouter } from "@connectrpc/connect";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { Profile_WhenStylistCancels as When, UsersService } from "@lacio/proto/users/v1/users_service";
import { clients, stylists } from "./history.ts";
import { startTown, type Town } from "./town.ts";

export const price = 18_000_000n;

/** A salon on the town's clock: the second half of its stylists can't do the second of its services, which has a pause. */
export type Salon = Awaited<ReturnType<typeof openSalon>>;

export async function openSalon(dir: string) {
  const preference = new Map<string, When>();
  const standIns = (router: ConnectRouter) => {
    router.service(AuthService, { createAccount: () => ({ user: { id: crypto.randomUUID(), role: Caller_Role.STYLIST } }) });
    router.service(UsersService, {
      getPreferences: ({ accountId }) => ({ whenStylistCancels: preference.get(accountId) ?? When.REFUND }),
    });
  };
  const town = await startTown(dir, ["staff", "availability", "booking", "reassignment"], standIns);
  const admin = await town.token(crypto.randomUUID(), "ADMIN");
  const desk = town.as(StaffService, admin);
  const skills = await Promise.all(["Corto", "Largo"].map(async (name) => (await desk.createSkill({ name })).skill!.id));
  const sell = async (name: string, minutes: number[], skillId: string) => {
    const phases = minutes.map((length, n) => ({ name: `Fase ${n}`, minutes: Math.abs(length), busy: length > 0 }));
    const terms = { name, price: { currencyCode: "COP", minorUnits: price }, phases, skillIds: [skillId] };
    return (await desk.createService(terms)).service!.id;
  };
  const services = [await sell("Corto", [60], skills[0]!), await sell("Largo", [30, -45, 45], skills[1]!)];
  const staffIds: string[] = [];
  for (let n = 0; n < stylists; n++) {
    const skillIds = n < stylists / 2 ? skills : skills.slice(0, 1);
    const { stylist } = await desk.createStylist({
      name: `Estilista ${n}`,
      email: `e${n}@lacio.test`,
      password: "una clave larga",
      skillIds,
    });
    const shifts = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, start: "08:00", end: "20:00" }));
    await desk.putSchedule({ staffId: stylist!.id, shifts });
    staffIds.push(stylist!.id);
  }
  await settle(town);
  const people = await Promise.all(
    Array.from({ length: clients }, async () => {
      const id = crypto.randomUUID();
      return { id, token: await town.token(id, "CLIENT") };
    }),
  );
  return { town, admin, services, staffIds, people, preference };
}

/** Carries and does everything that is due; to the service `except` nothing is carried. */
export async function settle(town: Town, except?: string): Promise<void> {
  for (let quiet = false; !quiet;) {
    await town.work();
    await town.collect();
    quiet = true;
    while (await town.deliver(0, { except })) quiet = false;
  }
}
