import type { Block, Said } from "./blocks.ts";
import type { Locale } from "./format.ts";
import { htmlMail } from "./layout-html.ts";

export type Mail = { subject: string; text: string; html: string };

/** What every mail needs besides its own data. */
export type MailContext = {
  locale: Locale;
  salon: Salon;
  /** Only the first name is used. Empty: the name is unknown. */
  recipientName: string;
  now: Date;
};

export type Salon = { name: string; address: string; phone?: string; timeZone: string };

export type Content = { subject: string; preheader: string; title: string; blocks: Block[] };

/** Text and HTML are rendered from the same blocks, so that they can't differ. */
export function compose(context: MailContext, content: Content): Mail {
  const { subject, preheader, title, blocks } = content;
  const said = {
    locale: context.locale,
    salon: oneLine(context.salon.name),
    greeting: greeting(context),
    footer: [context.salon.name, context.salon.address, context.salon.phone].filter(Boolean).join(" · "),
    preheader: oneLine(preheader),
    title: oneLine(title),
    blocks: blocks.map(tidy),
  };
  return { subject: subjectLine(subject), text: textMail(said), html: htmlMail(said) };
}

function greeting({ locale, recipientName }: MailContext): string {
  const [name] = oneLine(recipientName).split(" ");
  if (locale === "es") return name ? `Hola, ${name}:` : "Hola:";
  return name ? `Hi ${name},` : "Hi,";
}

function textMail({ salon, title, greeting, blocks, footer }: Said): string {
  return [salon, title, greeting, ...blocks.map(blockText), `--\n${footer}`].join("\n\n") + "\n";
}

function blockText(block: Block): string {
  if ("facts" in block) return block.facts.map(([label, value]) => `${label}: ${value}`).join("\n");
  if ("button" in block) return `${block.button}:\n${block.url}`;
  if ("links" in block) return block.links.map(([label, url]) => `${label}:\n${url}`).join("\n");
  return "note" in block ? block.note : block.paragraph;
}

function tidy(block: Block): Block {
  if ("facts" in block) return { facts: block.facts.map(([label, value]) => [oneLine(label), oneLine(value)]) };
  if ("button" in block) return { button: oneLine(block.button), url: webAddress(block.url) };
  if ("links" in block) return { links: block.links.map(([label, url]) => [oneLine(label), webAddress(url)]) };
  return "note" in block ? { note: oneLine(block.note) } : { ...block, paragraph: oneLine(block.paragraph) };
}

function webAddress(url: string): string {
  const { protocol, href } = new URL(url);
  if (protocol !== "https:" && protocol !== "http:") throw new TypeError(`a mail links to the web only, not to ${protocol}`);
  return href;
}

// A name with line breaks could forge headers (header injection) or paragraphs.
function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
}

function subjectLine(subject: string): string {
  const characters = [...oneLine(subject)];
  return characters.length <= 78 ? characters.join("") : `${characters.slice(0, 77).join("").trimEnd()}…`;
}
