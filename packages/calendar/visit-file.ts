import ical, { ICalAlarmType, ICalAttendeeRole, ICalAttendeeStatus, ICalCalendarMethod, ICalEventStatus } from "ical-generator";

/** A visit as a calendar keeps it; texts in its owner's language. Times are RFC 3339. */
export type CalendarVisit = {
  bookingId: string;
  /** Of the booking: a calendar takes what is newer than what it has, and nothing else. */
  revision: number;
  state: "TENTATIVE" | "CONFIRMED" | "CANCELLED";
  start: string;
  end: string;
  title: string;
  description: string;
  place: string;
  url: string;
};

/** From whom to whom it is mailed. Without a name there is the address alone. */
export type Invitation = { from: Person; to: Person };
type Person = { name?: string; email: string };

const reminderSeconds = 2 * 3_600;

/** The file (RFC 5545) that puts the visit into a calendar, moves it or takes it out; mailed, it says so to the mail program (RFC 5546). */
export function visitFile(visit: CalendarVisit, invitation?: Invitation): string {
  const calendar = ical({ prodId: { company: "Lacio", product: "Lacio" }, ...(invitation && { method: methodOf(visit) }) });
  const event = calendar.createEvent({
    id: `${visit.bookingId}@lacio`, // the same from the page and from the mail
    sequence: visit.revision,
    start: new Date(visit.start), // written as UTC: no calendar needs to know the salon's zone to show the right hour
    end: new Date(visit.end),
    status: ICalEventStatus[visit.state],
    summary: visit.title,
    description: visit.description,
    location: visit.place,
    url: visit.url,
  });
  if (invitation) invite(event, invitation);
  if (visit.state !== "CANCELLED") event.createAlarm({ type: ICalAlarmType.display, trigger: reminderSeconds, description: visit.title });
  return calendar.toString();
}

export const methodOf = ({ state }: Pick<CalendarVisit, "state">): ICalCalendarMethod =>
  state === "CANCELLED" ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.REQUEST;

// Who booked comes: nobody has to answer.
function invite(event: ReturnType<ReturnType<typeof ical>["createEvent"]>, { from, to }: Invitation): void {
  event.organizer({ name: from.name ?? from.email, email: from.email });
  event.createAttendee({ ...to, role: ICalAttendeeRole.REQ, status: ICalAttendeeStatus.ACCEPTED, rsvp: false });
}
