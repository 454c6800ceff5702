import type { Locale } from "./format.ts";

/** `portrait`: the name of the person whom the paragraph is about; the place of a photo. */
export type Block =
  | { paragraph: string; portrait?: string }
  | { facts: [label: string, value: string][] }
  | { button: string; url: string }
  | { links: [label: string, url: string][] }
  | { note: string };

/** A mail's content before it is rendered as text and HTML. */
export type Said = {
  locale: Locale;
  salon: string;
  greeting: string;
  footer: string;
  preheader: string;
  title: string;
  blocks: Block[];
};
