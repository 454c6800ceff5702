import { newId, type Order, type Session } from "../objects.ts";
import type { Behaviour } from "./answer.ts";
import { badParam } from "./errors.ts";
import { choice, integer, link, list, metadata, missingParam, nameIn, nested, only, requiredText, text, texts } from "./fields.ts";
import type { Fields } from "./fields.ts";

const known = [
  ...["mode", "ui_mode", "line_items", "success_url", "cancel_url", "metadata", "client_reference_id", "customer_email", "expires_at"],
  ...["payment_intent_data", "payment_method_types", "currency", "locale", "submit_type", "branding_settings", "expand"],
  ...[
    "adaptive_pricing",
    "billing_address_collection",
    "phone_number_collection",
    "customer_creation",
    "payment_method_options",
    "custom_text",
  ],
];
const halfHour = 30 * 60;
const day = 24 * 3600;

export const createCheckoutSession: Behaviour = ({ config, store }, { fields, now }) => {
  only(fields, known);
  const mode = choice(fields, "mode", ["payment"] as const) ?? missingParam(fields, "mode");
  choice(fields, "ui_mode", ["hosted_page"]);
  const { lines, currency } = linesIn(fields);
  const total = lines.reduce((sum, line) => sum + line.unitAmount * line.quantity, 0);
  if (total < 1) throw badParam("line_items", "The total amount must be greater than zero.", "amount_too_small");
  const id = newId("cs_test", 58);

  store.put("orders", id, { lines, intent: intentDataIn(fields) });
  const session: Session = {
    id,
    object: "checkout.session",
    amount_subtotal: total,
    amount_total: total,
    ...brandingIn(fields),
    cancel_url: link(fields, "cancel_url") ?? null,
    client_reference_id: text(fields, "client_reference_id", 200) ?? null,
    created: now,
    currency,
    custom_text: customTextIn(fields),
    customer: null,
    customer_details: null,
    customer_email: text(fields, "customer_email", 512) ?? null,
    expires_at: expiryIn(fields, now),
    livemode: false,
    locale: text(fields, "locale") ?? null,
    metadata: metadata(fields),
    mode,
    payment_intent: null,
    payment_method_types: methodsIn(fields),
    payment_status: "unpaid",
    status: "open",
    success_url: link(fields, "success_url") ?? missingParam(fields, "success_url"),
    ui_mode: "hosted_page",
    url: `${config.publicUrl}/checkout/${id}`,
  };
  return store.put("sessions", id, session);
};

function linesIn(fields: Fields): { lines: Order["lines"]; currency: string } {
  const items = list(fields, "line_items");
  if (items.length === 0) missingParam(fields, "line_items");
  const currencies = new Set<string>();
  const lines = items.map((item) => {
    only(item, ["price_data", "quantity"]);
    const price = nested(item, "price_data") ?? missingParam(item, "price_data");
    only(price, ["currency", "unit_amount", "product_data", "tax_behavior"]);
    const product = nested(price, "product_data") ?? missingParam(price, "product_data");
    only(product, ["name", "description", "images", "metadata", "tax_code"]);
    currencies.add(currencyIn(price));
    return {
      name: requiredText(product, "name"),
      description: text(product, "description") ?? null,
      quantity: integer(item, "quantity", 1, 999_999) ?? missingParam(item, "quantity"),
      unitAmount: integer(price, "unit_amount", 0, 999_999_999_999) ?? missingParam(price, "unit_amount"),
    };
  });
  const [currency = "", another] = currencies;
  if (another) throw badParam("line_items", `All prices on a Checkout Session must use the same currency: ${currency}, ${another}.`);
  return { lines, currency };
}

function currencyIn(price: Fields): string {
  const currency = requiredText(price, "currency").toLowerCase();
  if (!Intl.supportedValuesOf("currency").includes(currency.toUpperCase())) {
    throw badParam(nameIn(price, "currency"), `Invalid currency: ${currency}.`);
  }
  return currency;
}

function intentDataIn(fields: Fields): Order["intent"] {
  const data = nested(fields, "payment_intent_data") ?? { path: "payment_intent_data", values: {} };
  only(data, ["metadata", "description", "receipt_email", "statement_descriptor_suffix", "capture_method"]);
  choice(data, "capture_method", ["automatic", "automatic_async"]);
  return {
    metadata: metadata(data),
    description: text(data, "description", 1000) ?? null,
    receiptEmail: text(data, "receipt_email", 512) ?? null,
    descriptorSuffix: text(data, "statement_descriptor_suffix", 22) ?? null,
  };
}

function brandingIn(fields: Fields): Pick<Session, "branding_settings"> {
  const given = nested(fields, "branding_settings");
  if (!given) return {};
  const displayName = text(given, "display_name", 100) ?? "";
  return {
    branding_settings: { display_name: displayName } as NonNullable<Session["branding_settings"]>,
  };
}

function customTextIn(fields: Fields): Session["custom_text"] {
  const given = nested(fields, "custom_text");
  const submit = given && nested(given, "submit");
  if (given) only(given, ["submit"]);
  const none = { after_submit: null, shipping_address: null, terms_of_service_acceptance: null };
  return { ...none, submit: submit ? { message: requiredText(submit, "message", 1200) } : null };
}

function methodsIn(fields: Fields): string[] {
  const methods = texts(fields, "payment_method_types");
  return methods.length > 0 ? methods : ["card"];
}

function expiryIn(fields: Fields, now: number): number {
  const expiresAt = integer(fields, "expires_at", 0, Number.MAX_SAFE_INTEGER) ?? now + day;
  const refuse = (limit: string) => badParam("expires_at", `The \`expires_at\` timestamp must be ${limit} from Checkout Session creation.`);
  if (expiresAt < now + halfHour) throw refuse("at least 30 minutes");
  if (expiresAt > now + day) throw refuse("less than 24 hours");
  return expiresAt;
}
