import { overlap, type Visit } from "./visit.ts";

type Choice = { visit: Pick<Visit, "busy">; staff: string[] };

/**
 * An upper bound of how many of these visits can be served: of visits that all overlap each other no two get the same stylist, so of such a
 * clique at most as many as a matching of visits and stylists has.
 */
export function mostServed(choices: Choice[]): number {
  const cliques: Choice[][] = [];
  for (const choice of choices) {
    const clique = cliques.find((members) => members.every(({ visit }) => overlap(visit, choice.visit)));
    if (clique) clique.push(choice);
    else cliques.push([choice]);
  }
  return cliques.reduce((sum, clique) => sum + matching(clique), 0);
}

/** The size of a maximum bipartite matching, by augmenting paths (Kuhn). */
function matching(choices: Choice[]): number {
  const choiceOf = new Map<string, Choice>();
  const augment = (choice: Choice, seen: Set<string>): boolean =>
    choice.staff.some((staffId) => {
      if (seen.has(staffId)) return false;
      seen.add(staffId);
      const holder = choiceOf.get(staffId);
      if (holder && !augment(holder, seen)) return false;
      choiceOf.set(staffId, choice);
      return true;
    });
  return choices.filter((choice) => augment(choice, new Set())).length;
}
