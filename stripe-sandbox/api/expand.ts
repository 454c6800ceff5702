import type { Store } from "../store.ts";
import { badParam } from "./errors.ts";
import { texts, type Fields } from "./fields.ts";

/** `expand[]=payment_intent.latest_charge` replaces the ids on that path by their objects. */
export function expand(store: Store, body: object, fields: Fields): object {
  return texts(fields, "expand").reduce((whole, path) => expandPath(store, whole, path.split("."), path), body);
}

function expandPath(store: Store, holder: object, [name = "", ...rest]: string[], path: string): object {
  if (!(name in holder)) throw badParam("expand", `This property cannot be expanded (${path}).`);
  const value = (holder as Record<string, unknown>)[name];
  const further = (inner: object) => (rest.length > 0 ? expandPath(store, inner, rest, path) : inner);
  if (value === null) return holder;
  if (Array.isArray(value)) return { ...holder, [name]: value.map((item: object) => further(item)) };
  const inner = typeof value === "string" ? objectWithId(store, value) : value;
  if (typeof inner !== "object") throw badParam("expand", `This property cannot be expanded (${path}).`);
  return { ...holder, [name]: further(inner) };
}

function objectWithId(store: Store, id: string): object | undefined {
  return store.get("intents", id) ?? store.get("charges", id) ?? store.get("refunds", id);
}
