import type { Store, Tables } from "../store.ts";
import type { Behaviour } from "./answer.ts";
import { missing } from "./errors.ts";
import { choice, integer, nested, only, text, texts, type Fields } from "./fields.ts";
import { withDelivery, type Listed } from "./retrieve.ts";

const common = ["limit", "starting_after", "ending_before", "created", "expand"];

/** Newest first, cursors by id, as all of Stripe's lists. `filters` are fields that must equal the parameter of that name. */
export function list<T extends Listed>(table: T, filters: (keyof Tables[T] & string)[] = []): Behaviour {
  return ({ store }, { fields, path }) => {
    only(fields, [...common, ...filters, ...(table === "events" ? ["types", "delivery_success"] : [])]);
    const limit = integer(fields, "limit", 1, 100) ?? 10;
    const isCreatedThen = createdFilter(fields);
    const isEventAskedFor = eventFilter(fields, store);
    const all: Tables[T][] = store.all(table).reverse();
    const matching = all.filter(
      (item) =>
        isCreatedThen(item.created) &&
        isEventAskedFor(item) &&
        filters.every((name) => text(fields, name) === undefined || item[name] === text(fields, name)),
    );
    const { page, hasMore } = pageOf(matching, limit, cursor(fields, "starting_after", all), cursor(fields, "ending_before", all), all);
    return { object: "list", data: page.map((item) => withDelivery(store, item)), has_more: hasMore, url: path };
  };
}

function eventFilter(fields: Fields, store: Store): (item: Tables[Listed]) => boolean {
  const types = texts(fields, "types");
  const success = choice(fields, "delivery_success", ["true", "false"] as const);
  return (item) =>
    item.object !== "event" ||
    ((types.length === 0 || types.includes(item.type)) &&
      (success === undefined || (store.get("deliveries", item.id)?.state === "delivered") === (success === "true")));
}

function createdFilter(fields: Fields): (created: number) => boolean {
  if (typeof fields.values["created"] === "string") {
    const exact = integer(fields, "created", 0, Number.MAX_SAFE_INTEGER);
    return (created) => exact === undefined || created === exact;
  }
  const range = nested(fields, "created");
  if (!range) return () => true;
  only(range, ["gt", "gte", "lt", "lte"]);
  const bound = (name: string) => integer(range, name, 0, Number.MAX_SAFE_INTEGER);
  const [gt = -1, gte = 0, lt = Infinity, lte = Infinity] = [bound("gt"), bound("gte"), bound("lt"), bound("lte")];
  return (created) => created > gt && created >= gte && created < lt && created <= lte;
}

function cursor<I extends { id: string; object: string }>(fields: Fields, name: string, all: I[]): number | undefined {
  const id = text(fields, name);
  if (id === undefined) return undefined;
  const index = all.findIndex((item) => item.id === id);
  if (index < 0) throw missing(all[0]?.object ?? "object", id, name);
  return index;
}

function pageOf<I>(matching: I[], limit: number, after: number | undefined, before: number | undefined, all: I[]) {
  const positions = new Map(all.map((item, index) => [item, index]));
  const position = (item: I) => positions.get(item) as number;
  if (before !== undefined) {
    const newer = matching.filter((item) => position(item) < before);
    return { page: newer.slice(-limit), hasMore: newer.length > limit };
  }
  const older = matching.filter((item) => position(item) > (after ?? -1));
  return { page: older.slice(0, limit), hasMore: older.length > limit };
}
