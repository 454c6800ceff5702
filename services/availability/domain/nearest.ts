import type { Slot } from "./calendar.ts";

// The slots closest to a wished start; at the same distance the preferred stylist, then the later start, then fair order.
export function nearest(slots: Slot[], wished: number, preferredStaff: string | undefined, limit: number): Slot[] {
  const distance = (slot: Slot) => Math.abs(slot.start - wished);
  const preferred = (slot: Slot) => (slot.staffId === preferredStaff ? 0 : 1);
  return slots.toSorted((a, b) => distance(a) - distance(b) || preferred(a) - preferred(b) || b.start - a.start).slice(0, limit);
}
