import fc from "fast-check";

/** What people, the bank and the network do. `of`: the nth booking made so far, mostly of those that the deed fits; `at`: the nth hour of the two days. */
export type Deed =
  | { what: "book"; client: number; stylist: number | "any"; at: number; paid: "now" | "late" | "never" }
  | { what: "stylist cancels"; of: number }
  | { what: "absence"; stylist: number; from: number; hours: number }
  | { what: "absence withdrawn"; nth: number | "last" }
  | { what: "accept" | "accept an older offer" | "decline" | "client cancels"; of: number }
  | { what: "choose"; of: number; at: number; stylist: number | "any"; refuseOverlap: boolean }
  | { what: "choose the time of another own visit"; of: number }
  | { what: "client moves"; of: number; at: number; stylist: number | "same" }
  | { what: "prefers"; client: number; substitute: boolean }
  | { what: "rival books"; client: number; stylist: number }
  | { what: "late webhook"; of: number }
  | { what: "reassignment stalls" | "reassignment goes on" }
  | { what: "time passes"; minutes: number }
  | { what: "events arrive"; picks: number[]; twice: boolean }
  | { what: "all events arrive"; except?: "availability" | "reassignment" };

export const stylists = 3;
export const clients = 4;
export const hours = 6; // three on each of two days: few enough that people meet

const nth = fc.nat({ max: 9 });
const stylist = fc.nat({ max: stylists - 1 });
const client = fc.nat({ max: clients - 1 });
const at = fc.nat({ max: hours - 1 });
const anyone = fc.oneof({ weight: 3, arbitrary: stylist }, { weight: 1, arbitrary: fc.constant("any" as const) });
const deed = <W extends string, R extends object>(what: W, rest: { [K in keyof R]: fc.Arbitrary<R[K]> }) =>
  fc.record({ what: fc.constant(what), ...rest });

const book = deed("book", { client, stylist: anyone, at, paid: fc.constantFrom("now", "now", "now", "late", "never") });
const events = deed("events arrive", { picks: fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 12 }), twice: fc.boolean() });

const deeds = fc.oneof(
  { weight: 6, arbitrary: book },
  { weight: 4, arbitrary: deed("stylist cancels", { of: nth }) },
  { weight: 2, arbitrary: deed("absence", { stylist, from: at, hours: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 1, arbitrary: deed("absence withdrawn", { nth: fc.nat({ max: 2 }) }) },
  { weight: 4, arbitrary: deed("accept", { of: nth }) },
  { weight: 1, arbitrary: deed("accept an older offer", { of: nth }) },
  { weight: 2, arbitrary: deed("decline", { of: nth }) },
  { weight: 8, arbitrary: deed("choose", { of: nth, at, stylist: anyone, refuseOverlap: fc.boolean() }) },
  { weight: 1, arbitrary: deed("client cancels", { of: nth }) },
  {
    weight: 2,
    arbitrary: deed("client moves", { of: nth, at, stylist: fc.oneof(stylist, fc.constant("same" as const)) }),
  },
  { weight: 1, arbitrary: deed("prefers", { client, substitute: fc.boolean() }) },
  { weight: 1, arbitrary: deed("late webhook", { of: nth }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constantFrom("reassignment stalls", "reassignment goes on") }) },
  { weight: 3, arbitrary: deed("time passes", { minutes: fc.constantFrom(1, 11, 60, 240, 720) }) },
  { weight: 8, arbitrary: events },
  { weight: 2, arbitrary: fc.constant({ what: "all events arrive" as const }) },
);

// What chance alone would bring too rarely.

const arrive = { what: "all events arrive" } satisfies Deed;

/** Clients answer about a loss that is over, while nobody has told reassignment of the next one. */
const lostAgain = fc
  .record({ stylist, from: fc.constantFrom(0, 3), answer: fc.constantFrom("accept" as const, "decline" as const) })
  .map(({ stylist, from, answer }): Deed[] => {
    const absence: Deed = { what: "absence", stylist, from, hours: 4 };
    const unheard: Deed = { ...arrive, except: "reassignment" };
    const answers = Array.from({ length: 4 }, (_, of): Deed => ({ what: answer, of }));
    return [arrive, absence, arrive, { what: "absence withdrawn", nth: "last" }, unheard, absence, unheard, ...answers];
  });

/** Reassignment is away at the deadline of an offer. */
const awayAtDeadline = fc
  .record({ of: nth, minutes: fc.constantFrom(240, 720) })
  .map(({ of, minutes }): Deed[] => [
    { what: "stylist cancels", of },
    arrive,
    { what: "reassignment stalls" },
    { what: "time passes", minutes },
  ]);

/** Somebody books a substitute's time, and the plan does not know it yet. */
const takenMeanwhile = fc.record({ of: nth, client, stylist }).map(({ of, client, stylist }): Deed[] => [
  { what: "stylist cancels", of },
  { what: "rival books", client, stylist },
  { ...arrive, except: "availability" },
]);

/** Clients wish a time at which they have another visit, and ask to be warned of that. */
const overAnOwnVisit = fc.record({ client, stylist, of: nth }).map(({ client, stylist, of }): Deed[] => {
  const visits = [0, 4].map((at): Deed => ({ what: "book", client, stylist, at, paid: "now" }));
  const wishes = Array.from({ length: 4 }, (_, of): Deed => ({ what: "choose the time of another own visit", of }));
  return [...visits, arrive, { what: "stylist cancels", of }, arrive, ...wishes];
});

const scene = fc.oneof(
  { weight: 12, arbitrary: deeds.map((one): Deed[] => [one as Deed]) },
  { weight: 1, arbitrary: lostAgain },
  { weight: 1, arbitrary: awayAtDeadline },
  { weight: 1, arbitrary: takenMeanwhile },
  { weight: 1, arbitrary: overAnOwnVisit },
);

/** Several bookings first, so that there is something to lose. */
export const histories: fc.Arbitrary<Deed[]> = fc
  .tuple(fc.array(book, { minLength: 3, maxLength: 8 }), fc.array(scene, { minLength: 4, maxLength: 22 }))
  .map(([bookings, scenes]) => [...(bookings as Deed[]), arrive, ...scenes.flat()]);
