import type { DatabaseParts } from "@lacio/chassis/db";
import { AnswerLink } from "../domain/answer-link.ts";
import { Reassignment } from "../domain/reassignment.ts";
import { Init } from "./migrations/20261203000000-init.ts";
import { NoWords } from "./migrations/20261205000000-no-words.ts";

export const database: DatabaseParts = {
  entities: [Reassignment, AnswerLink],
  migrations: [
    { name: "20261203000000-init", class: Init },
    { name: "20261205000000-no-words", class: NoWords },
  ],
};
