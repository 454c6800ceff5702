import { stylists as people } from "@lacio/testkit/people";

// The salon that `npm start` opens: what it sells, who works there, and when.

/** Identified by their names, so that seeding is idempotent. */
export const skills = ["Alisado", "Keratina", "Nano alisado", "Corte", "Hidratación"] as const;
export type SkillName = (typeof skills)[number];

export type Phase = { name: string; minutes: number; busy: boolean };
const busy = (name: string, minutes: number): Phase => ({ name, minutes, busy: true });
const free = (name: string, minutes: number): Phase => ({ name, minutes, busy: false });

/** Prices in pesos, IVA included. During a free phase the stylist can serve another client. */
export const services: {
  name: string;
  nameEn: string;
  description: string;
  descriptionEn: string;
  pesos: number;
  phases: Phase[];
  bufferMinutes: number;
  skills: SkillName[];
}[] = [
  {
    name: "Alisado corto",
    nameEn: "Straightening, short hair",
    description: "Alisado progresivo para cabello hasta los hombros. Resultado de tres a cuatro meses.",
    descriptionEn: "Progressive straightening for hair down to the shoulders. Lasts three to four months.",
    pesos: 180_000,
    phases: [busy("Alisado", 90)],
    bufferMinutes: 10,
    skills: ["Alisado"],
  },
  {
    name: "Alisado medio",
    nameEn: "Straightening, medium hair",
    description: "Alisado progresivo para cabello hasta media espalda.",
    descriptionEn: "Progressive straightening for hair down to mid-back.",
    pesos: 240_000,
    phases: [busy("Alisado", 120)],
    bufferMinutes: 10,
    skills: ["Alisado"],
  },
  {
    name: "Alisado largo",
    nameEn: "Straightening, long hair",
    description: "Alisado progresivo para cabello largo o muy abundante.",
    descriptionEn: "Progressive straightening for long or very thick hair.",
    pesos: 320_000,
    phases: [busy("Alisado", 165)],
    bufferMinutes: 15,
    skills: ["Alisado"],
  },
  {
    name: "Keratina",
    nameEn: "Keratin treatment",
    description: "Tratamiento de keratina: aplicación, tiempo de exposición y sellado con plancha.",
    descriptionEn: "Keratin treatment: application, processing time and sealing with the iron.",
    pesos: 280_000,
    phases: [busy("Aplicación", 60), free("Exposición", 45), busy("Sellado", 60)],
    bufferMinutes: 10,
    skills: ["Keratina"],
  },
  {
    name: "Nano alisado",
    nameEn: "Nano straightening",
    description: "Alisado sin formol para cabello sensible o tinturado.",
    descriptionEn: "Formaldehyde-free straightening for sensitive or dyed hair.",
    pesos: 350_000,
    phases: [busy("Aplicación", 75), free("Exposición", 40), busy("Planchado", 75)],
    bufferMinutes: 15,
    skills: ["Nano alisado"],
  },
  {
    name: "Corte y cepillado",
    nameEn: "Cut and blow-dry",
    description: "Corte, lavado y cepillado.",
    descriptionEn: "Cut, wash and blow-dry.",
    pesos: 65_000,
    phases: [busy("Corte y cepillado", 45)],
    bufferMinutes: 5,
    skills: ["Corte"],
  },
];

export type Shift = { weekday: number; start: string; end: string; everyWeeks?: number; validFrom?: string };

const daily = (weekdays: number[], ...hours: [string, string][]): Shift[] =>
  weekdays.flatMap((weekday) => hours.map(([start, end]) => ({ weekday, start, end })));
const alternate = (weekday: number, start: string, end: string, validFrom: string): Shift => ({
  weekday,
  start,
  end,
  everyWeeks: 2,
  validFrom,
});

/** `daysOff` are days from today on which the stylist is away. */
export const stylists: { name: string; email: string; bio: string; skills: SkillName[]; shifts: Shift[]; daysOff?: number[] }[] = [
  {
    ...people.valentina,
    bio: "Doce años alisando; especialista en cabello largo.",
    skills: ["Alisado", "Keratina", "Nano alisado"],
    shifts: daily([1, 2, 3, 4, 5, 6], ["09:00", "13:00"], ["14:00", "18:00"]),
  },
  {
    ...people.camila,
    bio: "Keratina y corte.",
    skills: ["Keratina", "Corte"],
    shifts: daily([1, 2, 3, 4, 5, 6], ["10:00", "19:00"]),
    daysOff: [9, 10],
  },
  {
    ...people.daniela,
    bio: "Nano alisado para cabello tinturado.",
    skills: ["Nano alisado", "Alisado"],
    shifts: [...daily([2, 3, 4, 5], ["08:00", "12:00"], ["13:00", "17:00"]), alternate(6, "09:00", "15:00", "2026-01-03")],
  },
  {
    ...people.andres,
    bio: "Corte, cepillado e hidratación.",
    skills: ["Corte", "Hidratación", "Alisado"],
    shifts: daily([3, 4, 5, 6, 7], ["11:00", "20:00"]),
  },
  {
    ...people.luisa,
    bio: "Alisados y keratina los fines de semana.",
    skills: ["Alisado", "Keratina"],
    shifts: daily([5, 6, 7], ["09:00", "18:00"]),
    daysOff: [20],
  },
];

/** DIAN's public test range (SETP), and a range of our own for credit notes, which need no resolution. */
export const numberingRanges = [
  {
    kind: "INVOICE",
    resolution: "18760000001",
    prefix: "SETP",
    fromNumber: 990_000_000n,
    toNumber: 995_000_000n,
    validFrom: "2019-01-19",
    validUntil: "2030-01-19",
  },
  {
    kind: "CREDIT_NOTE",
    resolution: "",
    prefix: "NC",
    fromNumber: 1n,
    toNumber: 999_999n,
    validFrom: "2019-01-19",
    validUntil: "2030-01-19",
  },
] as const;
