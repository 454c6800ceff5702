import type { Page } from "./browser.ts";

/** One screen in one state: how a person gets there. */
export type Stop = {
  name: string;
  who: "visitor" | "client" | "newcomer" | "stylist";
  path: string;
  /** An action before the checks. */
  then?: (page: Page) => Promise<unknown>;
  status?: number;
};

/** Presses the first button of this name. */
export const press = (page: Page, name: RegExp) => page.getByRole("main").getByRole("button", { name }).first().click();
