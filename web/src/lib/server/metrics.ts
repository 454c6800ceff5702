import { isHttpError, isRedirect } from "@sveltejs/kit";
import type { Handle } from "@sveltejs/kit/hooks";
import { Counter, Histogram, Registry } from "prom-client";

// A registry of its own: a development server evaluates this anew at each change, and the default one knows a name only once.
export const register = new Registry();

const labelNames = ["route", "method", "status"] as const;
const requests = new Counter({
  name: "lacio_web_requests_total",
  help: "Requests that the pages answered, by route and class of status.",
  labelNames,
  registers: [register],
});
const seconds = new Histogram({
  name: "lacio_web_request_duration_seconds",
  help: "Time until the answer of a page began.",
  labelNames,
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  registers: [register],
});

const methods = new Set(["GET", "HEAD", "POST"]);

/** Counts each request. Its labels take few values, whatever a stranger asks for: never the path, and no method that no page has. */
export const countRequests: Handle = async ({ event, resolve }) => {
  const startedAt = performance.now();
  const record = (status: number) => {
    const method = methods.has(event.request.method) ? event.request.method : "other";
    const labels = { route: event.route.id ?? "none", method, status: `${Math.floor(status / 100)}xx` };
    requests.inc(labels);
    seconds.observe(labels, (performance.now() - startedAt) / 1_000);
  };
  try {
    const response = await resolve(event);
    record(response.status);
    return response;
  } catch (error) {
    record(isHttpError(error) || isRedirect(error) ? error.status : 500); // SvelteKit answers with it
    throw error;
  }
};
