/** What people call a booking by, everywhere: `9B10-1E32`, the tail of its id, which is the only random part within one minute. */
export const bookingCode = (bookingId: string): string =>
  bookingId
    .replaceAll("-", "")
    .slice(-8)
    .toUpperCase()
    .replace(/^(.{4})/, "$1-");
