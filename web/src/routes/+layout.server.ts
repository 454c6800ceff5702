import { PUBLIC_URL, SALON_ADDRESS, SALON_CITY, SALON_HOURS, SALON_NAME, SALON_PHONE } from "$app/env/private";
import type { LayoutServerLoad } from "./$types";

export const load: LayoutServerLoad = ({ locals }) => ({
  salon: { name: SALON_NAME, address: SALON_ADDRESS, city: SALON_CITY, phone: SALON_PHONE, hours: SALON_HOURS, url: PUBLIC_URL },
  signedIn: locals.session !== undefined,
  /** The account this page is rendered for; empty: a visitor. */
  account: locals.session?.userId ?? "",
});
