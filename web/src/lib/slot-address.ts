/** What of a page of hours is in its address. `con` is empty for anybody. */
export type SlotAddress = { dia?: string; con?: string; hora?: string };

export type ToSlots = (change: SlotAddress, anchor?: string) => string;

/** Makes the addresses of one page of hours: as it is now, with a change. */
export const slotAddresses =
  (base: string, now: SlotAddress): ToSlots =>
  (change, anchor) => {
    const params = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...now, ...change })) if (value !== undefined) params.set(name, value);
    return `${base}?${params}${anchor ? `#${anchor}` : ""}`;
  };
