import type { ServiceImpl } from "@connectrpc/connect";
import type { Env } from "@lacio/chassis/config";
import type { Base } from "@lacio/chassis/start";
import { BookingService } from "@lacio/proto/booking/v1/booking_service";
import { UsersService } from "@lacio/proto/users/v1/users_service";
import { checkDocument } from "@lacio/salon/document";
import type { InvoiceService } from "@lacio/proto/invoice/v1/invoice_service";
import type { Issuer } from "./domain/invoice-document.ts";

export const readConfig = (env: Env) => ({
  issuer: {
    name: env.text("ISSUER_NAME"),
    nit: nitOf(env, "ISSUER_NIT"),
    address: env.text("ISSUER_ADDRESS"),
    city: env.text("ISSUER_CITY"),
    phone: env.text("ISSUER_PHONE"),
    email: env.text("ISSUER_EMAIL"),
  } satisfies Issuer,
  /** Printed on every page, e.g. that a test environment made it. */
  notice: env.optional("INVOICE_NOTICE"),
});

// Checked at the start, since the tax office would refuse every invoice with a wrong one. @throws ConfigError
function nitOf(env: Env, name: string): string {
  const typed = env.text(name);
  const checked = checkDocument("NIT", typed);
  if ("number" in checked) return checked.number;
  if (typed) env.errors.push(`${name} is no NIT: ${checked.wrong === "check digit" ? "its check digit is wrong" : `"${typed}"`}`);
  return typed;
}

export function createApp(base: Base<ReturnType<typeof readConfig>>) {
  return {
    ...base,
    users: base.client(UsersService),
    booking: base.client(BookingService),
  };
}

export type App = ReturnType<typeof createApp>;

/** What callers may ask, as proto says it: each method is named in rpc/index.ts. */
export type Rpc = ServiceImpl<typeof InvoiceService>;
