/// <reference lib="dom" />
import type { Page } from "./browser.ts";

// A page's facts and the expected ones, both computed without the pages' own code.

export type Language = "es" | "en";

const names = {
  es: {
    days: ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
    months: "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(" "),
    halves: ["a. m.", "p. m."],
  },
  en: {
    days: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    months: "January February March April May June July August September October November December".split(" "),
    halves: ["AM", "PM"],
  },
};

/** Facts formatted in a language, in the salon's time zone. */
export function wordsOf(language: Language) {
  const { days, months, halves } = names[language];
  const spanish = language === "es";
  const local = (at: Date) => Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO("America/Bogota");
  const dated = (weekday: string, day: number, month: string, of: string) =>
    spanish ? `${weekday} ${day} ${of}${month}` : `${weekday} ${month} ${day}`;
  const hour = (at: Date) => {
    const { hour, minute } = local(at);
    return `${hour % 12 || 12}:${String(minute).padStart(2, "0")} ${halves[hour < 12 ? 0 : 1]}`;
  };
  const named = (at: Date) => {
    const { dayOfWeek, day, month } = local(at);
    return { weekday: days[dayOfWeek - 1]!, day, month: months[month - 1]! };
  };
  const short = (at: Date, of = "de ") => {
    const { weekday, day, month } = named(at);
    return dated(weekday.slice(0, 3), day, month.slice(0, 3), of);
  };
  return {
    hour,
    day(at: Date) {
      const { weekday, day, month } = named(at);
      return dated(weekday, day, month, "de ");
    },
    /** As shown beside an hour; the strip of days has the words below each other, without "de". */
    short,
    hourOfDay: (at: Date) => local(at).hour,
    words: words[language],
  };
}

const words = {
  es: {
    ...{ parts: ["Mañana", "Tarde", "Noche"], hours: "cupos", fortyFive: "45 minutos", percent: "19 %" },
    ...{ thisDevice: "Este dispositivo", noDevice: "Dispositivo desconocido", firefox: "Firefox en Windows" },
    openingHours: ["8:00 a. m.", "7:00 p. m.", "8:00 a. m.", "8:00 p. m.", "9:00 a. m.", "8:00 p. m."],
  },
  en: {
    ...{ parts: ["Morning", "Afternoon", "Evening"], hours: "slots", fortyFive: "45 minutes", percent: "19%" },
    ...{ thisDevice: "This device", noDevice: "Unknown device", firefox: "Firefox on Windows" },
    openingHours: ["8:00 AM", "7:00 PM", "8:00 AM", "8:00 PM", "9:00 AM", "8:00 PM"],
  },
};

/** Centavos as a price: "$ 151.260,50", or "COP 151,260.50" where "$" would mean dollars. */
export function pesos(centavos: number, language: Language): string {
  const [whole, rest] = [Math.floor(centavos / 100), centavos % 100];
  const spanish = `${String(whole).replace(/\B(?=(\d{3})+$)/g, ".")}${rest > 0 ? `,${String(rest).padStart(2, "0")}` : ""}`;
  return language === "es" ? `$ ${spanish}` : `COP ${spanish.replaceAll(/[.,]/g, (mark) => (mark === "." ? "," : "."))}`;
}

const alternatives = (words: string[]) => words.join("|");
const { es, en } = names;
const facts = [
  /\d{1,2}:\d{2}(?: [ap]\. m\.| [AP]M|:\d{2})?/,
  `(?:${alternatives(es.days)}) \\d+ de (?:${alternatives(es.months)})(?: de \\d{4})?`,
  `(?:${alternatives(en.days)}) (?:${alternatives(en.months)}) \\d+(?:,? \\d{4})?`,
  `(?:${alternatives(es.days.map((day) => day.slice(0, 3)))}) \\d+ (?:de )?(?:${alternatives(es.months.map((month) => month.slice(0, 3)))})\\b`,
  `(?:${alternatives(en.days.map((day) => day.slice(0, 3)))}) (?:${alternatives(en.months.map((month) => month.slice(0, 3)))}) \\d+\\b`,
  /\d+\/\d+\/\d+|\d{4}-\d\d-\d\d/,
  /(?:\$|COP) [\d.,]*\d/,
  /\d+ ?%/,
  /\d+ h \d+ min|\d+ (?:h|min)\b|\d+ horas? \d+ minutos?|\d+ hours? \d+ minutes?|\d+ (?:horas?|minutos?|hours?|minutes?|cupos?|slots?)\b/,
  /(?:SETP|NC) ?\d+/,
  ...Object.values(words).map(({ parts, thisDevice, noDevice, firefox }) => alternatives([...parts, thisDevice, noDevice, firefox])),
].map((fact) => (typeof fact === "string" ? fact : fact.source));

/** All facts in a text, in reading order: days, hours, durations, amounts, numbers, and the known names. */
export const factsIn = (text: string, known: string[]): string[] =>
  [...text.replace(/\s+/g, " ").matchAll(new RegExp(alternatives([...known.toSorted((a, b) => b.length - a.length), ...facts]), "g"))].map(
    ([fact]) => fact,
  );

/** A page's text in the server's HTML, and after hydration. Texts for screen readers count. */
export async function textsOf(page: Page, path: string, within = "main"): Promise<{ written: string; shown: string }> {
  const html = await (await page.goto(path))!.text();
  // SvelteKit's router sets this when it starts; the home page has no script.
  await page.waitForFunction(() => history.scrollRestoration === "manual" || !document.querySelector("link[rel=modulepreload]"));
  const [written, shown] = await page.evaluate(
    ([html, within]) =>
      [new DOMParser().parseFromString(html, "text/html"), document].map((whole) => {
        const root = whole.querySelector(within)!;
        // A mail's subject is in the language of the mail.
        for (const subject of root.querySelectorAll("[aria-labelledby=correos] li p:first-child")) subject.remove();
        const texts = whole.createTreeWalker(root, NodeFilter.SHOW_TEXT);
        const parts: string[] = [];
        while (texts.nextNode()) parts.push(texts.currentNode.nodeValue!);
        return parts.join(" ");
      }),
    [html, within] as const,
  );
  return { written: written!, shown: shown! };
}
