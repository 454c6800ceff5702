export interface Wishes {
  /** URL of the edge, and the PEM of who signed its certificate. */
  edge: string;
  authority: string;
  /** Where this process reaches the provider's page; the link itself is for a browser. */
  checkout: string;
  /** A service of an hour, and who does it from 8 to 20 every day. Nobody else may book there. */
  serviceId: string;
  staffIds: string[];
  /** So many at least: who is in the middle of a sale goes on to its end. */
  requests: number;
  requestsPerSecond: number;
  /** An answer that takes longer has failed. */
  patienceMs: number;
}
