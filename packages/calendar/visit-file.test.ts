import { describe, expect, test } from "@jest/globals";
import { visitFile, type CalendarVisit } from "./visit-file.ts";

const visit: CalendarVisit = {
  bookingId: "01935f3a-7c2e-7b11-9d3f-5c2a7f3a19c2",
  revision: 7,
  state: "CONFIRMED",
  start: "2026-12-02T13:30:00.000Z",
  end: "2026-12-02T16:00:00.000Z",
  title: "Alisado largo; con brillo, y más · Lacio",
  description: "Con Camila\nCódigo: 7F3A-19C2",
  place: "Lacio, Carrera 13 # 82-30",
  url: "https://salon.example/reservas/1",
};
const lines = (file: string) => file.replaceAll(/\r\n[ \t]/g, "").split("\r\n");

describe("a visit in a calendar", () => {
  test("has the same UID from the page and from the mail, and only the mail's is an iTIP request", () => {
    const [page, mail] = [visitFile(visit), visitFile(visit, { from: { email: "hola@lacio.test" }, to: { email: "ana@example.com" } })];
    for (const file of [page, mail])
      expect(lines(file)).toEqual(expect.arrayContaining([`UID:${visit.bookingId}@lacio`, "SEQUENCE:7", "DTSTART:20261202T133000Z"]));
    expect(page).not.toMatch(/METHOD|ATTENDEE/);
    expect(lines(mail)).toEqual(expect.arrayContaining(["METHOD:REQUEST", 'ORGANIZER;CN="hola@lacio.test":mailto:hola@lacio.test']));
  });

  test("that is cancelled is an iTIP cancellation, without an alarm", () => {
    const file = visitFile({ ...visit, state: "CANCELLED" }, { from: { email: "hola@lacio.test" }, to: { email: "ana@example.com" } });
    expect(lines(file)).toEqual(expect.arrayContaining(["METHOD:CANCEL", "STATUS:CANCELLED"]));
    expect(file).not.toContain("VALARM");
  });

  test("escapes line breaks in names and titles, and folds lines at 75 octets (RFC 5545, 3.1)", () => {
    const to = { name: 'Ana "la" Gómez\r\nATTENDEE:x', email: "ana@example.com" };
    const file = visitFile({ ...visit, title: "Corte\r\nATTACH:http://premio.example" }, { from: { email: "hola@lacio.test" }, to });
    expect(file).not.toMatch(/^(ATTACH|ATTENDEE:x)/m);
    expect(lines(visitFile(visit))).toContain("SUMMARY:Alisado largo\\; con brillo\\, y más · Lacio");
    for (const line of file.split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  });
});
