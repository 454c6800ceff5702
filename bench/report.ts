import fs from "node:fs";
import path from "node:path";

/** One measured figure. `atMost` or `atLeast` is its target; figures without one are informative. */
export interface Figure {
  what: string;
  value: number;
  unit: string;
  atMost?: number;
  atLeast?: number;
}

export interface Result {
  bench: string;
  figures: Figure[];
  notes?: string[];
}

const baselineFile = path.join(import.meta.dirname, "baseline.json");
const resultsFile = path.resolve(import.meta.dirname, "../.lacio/bench/results.jsonl");

export const missed = ({ value, atMost = Infinity, atLeast = -Infinity }: Figure): boolean => value > atMost || value < atLeast;

/** A line per figure: value, target, and the change against the last accepted run. */
export function print({ bench, figures, notes = [] }: Result): void {
  const accepted = baseline()[bench] ?? {};
  console.log(`\n${bench}`);
  for (const figure of figures) {
    const { what, value, unit, atMost, atLeast } = figure;
    const target = atMost !== undefined ? `at most ${atMost}` : atLeast !== undefined ? `at least ${atLeast}` : "";
    const verdict = target && (missed(figure) ? "MISSED" : "ok");
    const before = accepted[what];
    const change = before ? `${value >= before ? "+" : ""}${Math.round((value / before - 1) * 100)} %` : "";
    console.log(
      `  ${what.padEnd(58)}${short(value).padStart(9)} ${unit.padEnd(8)} ${target.padEnd(13)} ${verdict.padEnd(7)}${change.padStart(7)}`,
    );
  }
  for (const note of notes) console.log(`  ${note}`);
}

/** One JSON line per bench and run. */
export function record(result: Result): void {
  fs.mkdirSync(path.dirname(resultsFile), { recursive: true });
  fs.appendFileSync(resultsFile, `${JSON.stringify({ at: new Date().toISOString(), ...result })}\n`);
}

/** Makes these results the baseline for later runs. */
export function accept(results: Result[]): void {
  const fresh = results.map(({ bench, figures }) => [
    bench,
    Object.fromEntries(figures.map(({ what, value }) => [what, Number(short(value))])),
  ]);
  fs.writeFileSync(baselineFile, `${JSON.stringify({ ...baseline(), ...Object.fromEntries(fresh) }, null, 2)}\n`);
}

function baseline(): Record<string, Record<string, number>> {
  return fs.existsSync(baselineFile) ? (JSON.parse(fs.readFileSync(baselineFile, "utf8")) as Record<string, Record<string, number>>) : {};
}

const short = (value: number) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 10 ? 1 : 2));
