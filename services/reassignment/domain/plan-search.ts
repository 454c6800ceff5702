import { mostServed } from "./most-served.ts";
import { overlap, type Plan, type Visit } from "./visit.ts";

type Choice = { visit: Visit; staff: string[] };

// Far more than a real day takes; beyond it a search counts as failed, so that a disaster of a day is planned well instead of for hours.
const mostSteps = 3_000;

/** The exact search for one group of visits. It keeps a plan that serves most, and changes it only for another that does. */
export class Search {
  private readonly group: Visit[];
  private best: Plan;
  private readonly fixed = new Map<Visit, string | undefined>();
  // By an open rest (its visits with who is free for them): how many of it cannot be served.
  private readonly failed = new Map<string, number>();
  private steps = 0;

  constructor(group: Visit[]) {
    this.group = group;
    const open = group.map((visit): Choice => ({ visit, staff: visit.candidates }));
    let count = mostServed(open);
    let found: Plan | undefined;
    while (!(found = this.serve(open, count))) count--;
    this.best = found;
  }

  /** Fixes who takes a visit: the first of `fair` that costs no visit its stylist; undefined when each would. */
  settle(visit: Visit, fair: string[]): string | undefined {
    for (const staffId of fair) {
      if (this.best.get(visit.id) === staffId) break;
      const better = this.complete(visit, staffId);
      if (!better) continue;
      this.best = better;
      break;
    }
    const chosen = this.best.get(visit.id);
    this.fixed.set(visit, chosen);
    return chosen;
  }

  /** A plan with all that is fixed, and this, which serves as many as the best one. */
  private complete(visit: Visit, staffId: string): Plan | undefined {
    const given = new Map([...this.fixed, [visit, staffId]]);
    const isFree = (one: Visit, by: string) => ![...given].some(([other, taken]) => taken === by && other !== one && overlap(one, other));
    if (!isFree(visit, staffId)) return undefined;
    const served = [...given].flatMap(([one, by]) => (by === undefined ? [] : [[one.id, by] as const]));
    const open = this.group
      .filter((one) => !given.has(one))
      .map((one): Choice => ({ visit: one, staff: one.candidates.filter((by) => isFree(one, by)) }));
    const rest = this.serve(open, this.best.size - served.length);
    return rest && new Map([...served, ...rest]);
  }

  private serve(open: Choice[], count: number): Plan | undefined {
    this.steps = 0;
    return this.search(open, count);
  }

  // Depth first, the visit with fewest candidates first; a branch is cut off when its upper bound is too low, or it has failed before.
  private search(open: Choice[], missing: number): Plan | undefined {
    if (missing <= 0) return new Map();
    const choices = open.filter(({ staff }) => staff.length > 0);
    if (choices.length < missing || ++this.steps > mostSteps) return undefined;
    const key = choices.map(({ visit, staff }) => `${visit.id}:${staff.join()}`).join(";");
    if (missing >= (this.failed.get(key) ?? Infinity) || mostServed(choices) < missing) return undefined;

    const { visit, staff } = choices.reduce((fewest, choice) => (choice.staff.length < fewest.staff.length ? choice : fewest));
    const rest = choices.filter((choice) => choice.visit !== visit);
    for (const staffId of staff) {
      const found = this.search(without(rest, staffId, visit), missing - 1);
      if (found) return found.set(visit.id, staffId);
    }
    const found = this.search(rest, missing);
    if (!found && this.steps <= mostSteps) this.failed.set(key, missing);
    return found;
  }
}

/** What is left to choose when this stylist takes this visit. */
const without = (rest: Choice[], staffId: string, taken: Visit): Choice[] =>
  rest.map((choice) =>
    overlap(choice.visit, taken) ? { visit: choice.visit, staff: choice.staff.filter((other) => other !== staffId) } : choice,
  );
