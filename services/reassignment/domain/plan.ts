import { Search } from "./plan-search.ts";
import { overlap, type Plan, type Visit } from "./visit.ts";

/**
 * A plan that serves as many visits as any could, and never gives one stylist two whose busy parts overlap. Among such plans each visit, in
 * order of start, gets the candidate with fewest visits in this plan so far, and of equals the first.
 */
export function plan(visits: Visit[]): Plan {
  const groups = independent(visits).map((group) => ({ group, search: new Search(group) }));
  const searchOf = new Map(groups.flatMap(({ group, search }) => group.map(({ id }) => [id, search] as const)));
  const planned: Plan = new Map();
  const given = new Map<string, number>();
  for (const visit of [...visits].sort(byStart)) {
    const fair = [...new Set(visit.candidates)].sort((a, b) => (given.get(a) ?? 0) - (given.get(b) ?? 0)); // a stable sort
    const staffId = searchOf.get(visit.id)!.settle(visit, fair);
    if (staffId === undefined) continue; // nobody can take it without costing another visit its stylist
    planned.set(visit.id, staffId);
    given.set(staffId, (given.get(staffId) ?? 0) + 1);
  }
  return planned;
}

const byStart = (a: Visit, b: Visit) => a.start - b.start || (a.id < b.id ? -1 : 1);

/** Groups that share neither time nor candidates: each is planned for itself. */
function independent(visits: Visit[]): Visit[][] {
  const groups: Visit[][] = [];
  for (const visit of visits) {
    const touching = groups.filter((group) => group.some((other) => overlap(visit, other) && sharesCandidate(visit, other)));
    for (const group of touching) groups.splice(groups.indexOf(group), 1);
    groups.push([...touching.flat(), visit]);
  }
  return groups;
}

const sharesCandidate = (one: Visit, other: Visit) => one.candidates.some((staffId) => other.candidates.includes(staffId));
