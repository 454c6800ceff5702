import pino from "pino";

/** JSON lines on stdout, in the form of the services' logs. They are few, and written at once: the end of the process loses none. */
export const log = pino(
  {
    base: { service: "web" },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  },
  pino.destination({ dest: 1, sync: true }),
);
