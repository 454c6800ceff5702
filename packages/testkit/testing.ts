// What a test needs beside a system: clients, accounts, the mailbox, SQL and polling.
export { asService, clientFor, refusal } from "./testing/call.ts";
export { mails, type ReceivedMail } from "./testing/mails.ts";
export { adminToken, signIn, signUp, type SignedIn } from "./testing/people.ts";
export { sharedSystem, trustEdge } from "./testing/shared-system.ts";
export { makeDue, sql } from "./testing/sql.ts";
export { until } from "./testing/until.ts";
