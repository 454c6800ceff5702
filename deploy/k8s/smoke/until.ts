import { until as untilOften } from "@lacio/testkit/testing";

/** As `until` of the testkit, but seldom: each question is a process, kubectl, and on a small node many of them would be the load. */
export const until: typeof untilOften = (question, options) => untilOften(question, { everyMs: 1_000, ...options });
