import path from "node:path";

export interface FileResult {
  name: string;
  startTime: number;
  endTime: number;
}

/** What a run of tests says at its end: the ten files that took longest, and how many are slower than a minute. */
export function slowest(files: FileResult[], root: string): string[] {
  const seconds = ({ startTime, endTime }: FileResult) => Math.round((endTime - startTime) / 1000);
  const ordered = files.toSorted((a, b) => seconds(b) - seconds(a));
  const line = (file: FileResult) =>
    `${String(seconds(file)).padStart(5)} s  ${path.relative(root, file.name)}${isSlow(file) ? "  slower than a minute" : ""}`;
  const isSlow = (file: FileResult) => seconds(file) > 60;
  const slow = files.filter(isSlow).length;
  return [`The files that took longest; ${slow} of ${files.length} slower than a minute:`, ...ordered.slice(0, 10).map(line)];
}
