import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { fact } from "@lacio/chassis/fact";
import { SettingsChangedSchema } from "@lacio/proto/staff/v1/events";
import { usualSettings } from "@lacio/salon/settings";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { startPublisher } from "@lacio/testkit/publisher";
import { refusal, signUp, until, type SignedIn } from "@lacio/testkit/testing";
import { hour, minute, openSalon, short, type Salon } from "../testing/salon.ts";

let salon: Salon;
let staff: Awaited<ReturnType<typeof startPublisher>>;
let stylist: { id: string };
let client: SignedIn;
let revision = 1n;

beforeAll(async () => {
  salon = await openSalon(".lacio/test/booking-settings", { MAX_OPEN_HOLDS: "50" });
  staff = await startPublisher(salon.system.urls.nats!);
  stylist = await salon.hireStylist();
  client = await signUp(salon.system);
});
afterAll(async () => {
  await staff?.stop();
  await salon?.close();
});
beforeEach(() => tell({}));

const handled = (id: string) => until(async () => (await salon.sql("select 1 from inbox where event_id = $1", [id])).length > 0);
/** Publishes all settings with a greater revision, as staff does, and once more when they were handled. */
async function tell(settings: object, told = ++revision) {
  const changed = fact(SettingsChangedSchema, "settings", { settings: { ...usualSettings, ...settings }, revision: told });
  const id = await staff.publish(changed);
  await handled(id);
  await staff.publish(changed, id);
}
const mine = () => salon.as(client.accessToken);
const wish = (start: Date) => ({ serviceId: short.serviceId, staffId: stylist.id, desiredStart: timestampFromDate(start) });
const after = (start: Date, ms: number) => new Date(start.getTime() + ms);

describe("one setting, one place", () => {
  test("a start off the grid is refused, naming the field; the desk may book it, and move to it", async () => {
    const start = salon.freshDay();
    const off = after(start, 7 * minute);
    const refused = "InvalidArgument start_off_grid desiredStart";
    expect(await refusal(mine().createBooking(wish(off)))).toBe(refused);
    const { bookingId } = await mine().createBooking(wish(start));
    expect(await refusal(mine().rescheduleBooking({ bookingId, desiredStart: timestampFromDate(off) }))).toBe(refused);
    const desk = await salon.admin();
    const { booking } = await desk.rescheduleBooking({ bookingId, desiredStart: timestampFromDate(off) });
    expect(timestampDate(booking!.start!)).toEqual(off);
    const beside = wish(after(start, 3 * hour + 7 * minute));
    expect(await refusal(desk.createBooking({ ...beside, clientId: client.id }))).toBe("not refused");
  });

  test("a start within the lead time is refused to a client, created or moved to; the desk takes it, and nobody the past", async () => {
    const soon = new Date(Math.ceil(Date.now() / (15 * minute) + 1) * 15 * minute);
    const refused = "InvalidArgument start_too_soon desiredStart";
    expect(await refusal(mine().createBooking(wish(soon)))).toBe(refused);
    const { bookingId } = await mine().createBooking(wish(salon.freshDay()));
    expect(await refusal(mine().rescheduleBooking({ bookingId, desiredStart: timestampFromDate(soon) }))).toBe(refused);
    const desk = await salon.admin();
    const past = { ...wish(after(new Date(), -minute)), clientId: client.id };
    expect(await refusal(desk.createBooking(past))).toBe("InvalidArgument start_in_past desiredStart");
    await tell({ bookableFromMinutes: 0 });
    expect(await refusal(mine().createBooking(wish(soon)))).toBe("not refused");
    await tell({});
    const later = { ...wish(after(soon, hour)), clientId: client.id };
    expect(await refusal(desk.createBooking(later))).toBe("not refused");
  });

  test("a hold lasts as long as the settings said when it was made, and a booking keeps its policy; the next one has the new", async () => {
    await tell({ holdMinutes: 20, freeUntilHours: 48, lateRefundPercent: 30 });
    const { bookingId } = await mine().createBooking(wish(salon.freshDay()));
    await tell({ holdMinutes: 60, freeUntilHours: 0, lateRefundPercent: 100 });
    const { bookingId: next } = await mine().createBooking(wish(salon.freshDay()));
    const frozen = async (id: string) => {
      const { createdAt, expiresAt, policy } = (await mine().getBooking({ bookingId: id })).booking!;
      const held = timestampDate(expiresAt!).getTime() - timestampDate(createdAt!).getTime();
      return [held / minute, policy!.freeUntilHours, policy!.lateRefundPercent];
    };
    expect([await frozen(bookingId), await frozen(next)]).toEqual([
      [20, 48, 30],
      [60, 0, 100],
    ]);
  });

  test("an older fact that comes late never overwrites a newer one", async () => {
    await tell({ gridMinutes: 60 });
    await tell({ gridMinutes: 5 }, revision - 1n);
    await tell({ gridMinutes: 5 }, revision);
    expect(await refusal(mine().createBooking(wish(after(salon.freshDay(), 5 * minute))))).toContain("start_off_grid");
    expect(await salon.sql("select grid_minutes, revision from settings")).toEqual([{ grid_minutes: 60, revision: String(revision) }]);
  });
});
