/** The URL parameters of a page of hours. `con` empty: any stylist. */
export type SlotAddress = { dia?: string; con?: string; hora?: string };

export type ToSlots = (change: SlotAddress, anchor?: string) => string;

/** Builds the URLs of a page of hours: its current parameters, and others that it needs, with a change. */
export const slotAddresses =
  (base: string, now: Record<string, string | undefined>): ToSlots =>
  (change, anchor) => {
    const params = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...now, ...change })) if (value !== undefined) params.set(name, value);
    return `${base}?${params}${anchor ? `#${anchor}` : ""}`;
  };
