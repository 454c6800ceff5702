import ical, { ICalAlarmType, ICalAttendeeRole, ICalAttendeeStatus, ICalCalendarMethod, ICalEventStatus } from "ical-generator";

/** A visit as a calendar event; texts in the owner's language. Times are RFC 3339. */
export type CalendarVisit = {
  bookingId: string;
  /** The booking's revision, as SEQUENCE: a calendar ignores a file that is older than its event. */
  revision: number;
  state: "TENTATIVE" | "CONFIRMED" | "CANCELLED";
  start: string;
  end: string;
  title: string;
  description: string;
  place: string;
  url: string;
};

/** Organizer and attendee of a mailed invitation. Without a name the address is shown. */
export type Invitation = { from: Person; to: Person };
type Person = { name?: string; email: string };

const reminderSeconds = 2 * 3_600; // before the start

/**
 * The iCalendar file (RFC 5545) that adds, moves or cancels the visit; with an invitation it has an iTIP method for mail clients (RFC 5546).
 * @throws when start or end is no date
 */
export function visitFile(visit: CalendarVisit, invitation?: Invitation): string {
  const calendar = ical({ prodId: { company: "Lacio", product: "Lacio" }, ...(invitation && { method: methodOf(visit) }) });
  const event = calendar.createEvent({
    id: `${visit.bookingId}@lacio`, // the same UID in the page's and the mail's file, so that calendars update one event
    sequence: visit.revision,
    start: new Date(visit.start), // in UTC, so that no VTIMEZONE is needed
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

/** The iTIP method, for the file and the mail's Content-Type: REQUEST adds or updates the event, CANCEL removes it (RFC 5546, 3.2). */
export const methodOf = ({ state }: Pick<CalendarVisit, "state">): ICalCalendarMethod =>
  state === "CANCELLED" ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.REQUEST;

// The client has booked, so the attendee is accepted already and no RSVP is asked for.
function invite(event: ReturnType<ReturnType<typeof ical>["createEvent"]>, { from, to }: Invitation): void {
  event.organizer({ name: from.name ?? from.email, email: from.email });
  event.createAttendee({ ...to, role: ICalAttendeeRole.REQ, status: ICalAttendeeStatus.ACCEPTED, rsvp: false });
}
