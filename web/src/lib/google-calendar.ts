type Visit = { title: string; start: string; end: string; place: string };

/** A link that adds a visit to Google Calendar. Google learns of the visit only when the link is opened. */
export function googleCalendar({ title, start, end, place }: Visit): string {
  const basic = (at: string) => at.replace(/[-:]|\.\d+/g, "");
  const event = { action: "TEMPLATE", text: title, dates: `${basic(start)}/${basic(end)}`, location: place };
  return `https://calendar.google.com/calendar/render?${new URLSearchParams(event)}`;
}
