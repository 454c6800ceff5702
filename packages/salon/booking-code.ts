/** The code that people use for a booking, `9B10-1E32`: the end of its UUIDv7, as the beginning is a timestamp. */
export const bookingCode = (bookingId: string): string =>
  bookingId
    .replaceAll("-", "")
    .slice(-8)
    .toUpperCase()
    .replace(/^(.{4})/, "$1-");
