import { LoginRequestSchema, RegisterRequestSchema } from "@lacio/proto/auth/v1/auth_service";
import { m } from "#lib/paraglide/messages.js";
import { fieldRule } from "./field-rule.ts";

// The protos' rules with the page's messages. Made per request, because messages depend on its language.

export const emailRule = () =>
  fieldRule(RegisterRequestSchema, "email", (_, typed) => (typed === "" ? m.email_missing() : m.email_wrong()));

export const newPasswordRule = () =>
  fieldRule(RegisterRequestSchema, "password", (rule) => (rule === "string.min_len" ? m.password_short() : m.password_long()));

export const passwordRule = () =>
  fieldRule(LoginRequestSchema, "password", (rule) => (rule === "string.min_len" ? m.password_missing() : m.password_long()));

export const nameRule = () =>
  fieldRule(RegisterRequestSchema, "name", (rule) => (rule === "string.max_len" ? m.name_long() : m.name_missing()));

export const phoneRule = () => fieldRule(RegisterRequestSchema, "phone", () => m.phone_wrong());
