import type { Wish } from "./calendar.ts";

/** What an address asks for on a page of hours: ?dia=YYYY-MM-DD&hora=RFC 3339&falla=reason&otra=1. Malformed values are ignored. */
export function wishIn({ searchParams }: URL): Pick<Wish, "day" | "start" | "taken" | "first"> & { failure?: string } {
  const [day, start] = [searchParams.get("dia") ?? "", searchParams.get("hora") ?? ""];
  const failure = searchParams.get("falla") ?? undefined;
  return {
    ...(/^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day)) && { day }),
    ...(!Number.isNaN(Date.parse(start)) && { start }),
    taken: failure === "slot_taken",
    first: searchParams.has("otra"),
    failure,
  };
}
