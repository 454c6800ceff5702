/** The JetStream stream that holds a subject: one per owner, `orders.paid` is in ORDERS. */
export const streamOf = (subject: string): string => subject.split(".", 1)[0]!.toUpperCase();

/** How long JetStream keeps an event, in days (`max_age` of the streams). */
export const streamKeepDays = 14;

/** A service asks the provisioner to have the consumers of its stream read from the start again. */
export const resetSubject = (service: string): string => `provision.reset.${service}`;

/** Tells a service's replicas that a job is due. */
export const wakeSubject = (service: string): string => `jobs.${service}`;

/** Under this prefix an account without streams of its own finds what it may ask of JetStream (`$JS.API` would be its own). */
export const jetStreamPrefix = "JS.API";
