import { overHttp1, overHttp2 } from "./connections.ts";
import { pacer } from "./pacer.ts";
import { recorder, type Report } from "./report.ts";
import { visit } from "./visitor.ts";
import type { Wishes } from "./wishes.ts";

const visitors = 16;

/** Half of the visitors have a connection of HTTP/1.1, the others of HTTP/2, and keep it as long as the edge does. */
export async function load(wishes: Wishes): Promise<Report> {
  const since = Date.now();
  const record = recorder();
  const pace = pacer(wishes.requestsPerSecond);
  let sales = 0;
  await Promise.all(
    Array.from({ length: visitors }, async (_, n) => {
      const connection = (n % 2 ? overHttp1 : overHttp2)(wishes);
      await visit({ n, wishes, record, pace, connection, nextSale: () => sales++ });
      connection.close();
    }),
  );
  return record.report((Date.now() - since) / 1_000);
}
