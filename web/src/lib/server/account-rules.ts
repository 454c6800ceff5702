import * as v from "valibot";
import { m } from "#lib/paraglide/messages.js";

// The same limits as the services', told in words at the field. Made per request: words have a language.

export const emailRule = () =>
  v.pipe(
    v.string(m.email_missing()),
    v.trim(),
    v.minLength(1, m.email_missing()),
    v.email(m.email_wrong()),
    v.maxLength(254, m.email_wrong()),
  );

// Counted in characters, as the services do: an emoji is one.
const longAs = (password: string) => [...password].length;
export const newPasswordRule = () =>
  v.pipe(
    v.string(m.password_short()),
    v.check((password) => longAs(password) >= 8, m.password_short()),
    v.check((password) => longAs(password) <= 128, m.password_long()),
  );

export const passwordRule = () =>
  v.pipe(v.string(m.password_missing()), v.nonEmpty(m.password_missing()), v.maxLength(256, m.password_long()));

export const nameRule = () => v.pipe(v.string(m.name_missing()), v.trim(), v.nonEmpty(m.name_missing()), v.maxLength(100, m.name_long()));

export const phoneRule = () => v.pipe(v.optional(v.string(), ""), v.trim(), v.regex(/^(\+?[0-9][0-9 ()-]{5,22}[0-9])?$/, m.phone_wrong()));
