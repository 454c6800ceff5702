import pino from "pino";

/** JSON lines on stdout, in the form of the services' logs. */
export const log = pino({
  base: { service: "web" },
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
});
