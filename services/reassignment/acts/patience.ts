const pauseMs = 100;

/** Options of p-retry: tries every 100 ms, for `ms` milliseconds. */
export const patience = (ms: number) => ({ retries: Math.ceil(ms / pauseMs), factor: 1, minTimeout: pauseMs });
