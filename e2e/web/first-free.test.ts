import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { adminToken, clientFor, sharedSystem, until } from "@lacio/testkit/testing";
import { AvailabilityService } from "@lacio/proto/availability/v1/availability_service";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { afterAll, beforeAll, expect } from "@jest/globals";
import { at, openSalon, zone, type Salon } from "../salon.ts";
import { openBrowser, visitor, type Browser, type Page } from "./browser.ts";
import { test } from "./network-changes.ts";

const system = sharedSystem();
const openFrom = 20;
let browser: Browser;
let salon: Salon;

beforeAll(async () => {
  [browser, salon] = await Promise.all([openBrowser(), openSalon(system)]);
  const staff = clientFor(StaffService, system, await adminToken(system));
  const away = { start: timestampFromDate(at(0, "00:00")), end: timestampFromDate(at(openFrom, "00:00")), reason: "Vacaciones" };
  await staff.addTimeOff({ staffId: salon.staffIds[0]!, ...away });
  const ask = { serviceId: salon.serviceId, date: dayAhead(1) };
  await until(async () => (await clientFor(AvailabilityService, system).getAvailability(ask)).slots.length === 0);
});
afterAll(() => browser?.close());

const dayAhead = (days: number) => Temporal.Now.plainDateISO(zone).add({ days }).toString();
const firstHour = (page: Page) => page.getByRole("main").getByRole("link", { name: /Primera hora disponible|First free time/ });

test.each([
  ["with a phone", "", {}],
  ["without JavaScript", "", { javaScriptEnabled: false }],
  ["in English", "/en", {}],
])(
  "one question has one answer, %s: the first free hour is the first of all, from a full fortnight and from a later one; none lies after the days that can be booked",
  async (_, language, options) => {
    const { page, context, complaints } = await visitor(browser, system.urls.edge!, options);
    const path = `${language}/reservar/${salon.serviceId}`;
    for (const day of ["", `?dia=${dayAhead(openFrom + 30)}`]) {
      await page.goto(path + day);
      await firstHour(page).click();
      const first = encodeURIComponent(at(openFrom, "08:00").toISOString().replace(".000", ""));
      await page.locator(`.slot[aria-current="true"][href*="${first}"]`).waitFor();
      expect(await firstHour(page).count()).toBe(0); // it is chosen already
    }
    await page.goto(`${path}?dia=${dayAhead(365)}`);
    const later = page.getByRole("link", { name: /Días siguientes|Later days|→/ });
    expect(await later.count()).toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  },
);
