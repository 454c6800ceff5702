import path from "node:path";

export interface FileResult {
  name: string;
  startTime: number;
  endTime: number;
}

/** The report at the end of a test run: the ten slowest files, and how many took more than a minute. Times are in ms. */
export function slowest(files: FileResult[], root: string): string[] {
  const seconds = ({ startTime, endTime }: FileResult) => Math.round((endTime - startTime) / 1000);
  const ordered = files.toSorted((a, b) => seconds(b) - seconds(a));
  const line = (file: FileResult) =>
    `${String(seconds(file)).padStart(5)} s  ${path.relative(root, file.name)}${isSlow(file) ? "  slower than a minute" : ""}`;
  const isSlow = (file: FileResult) => seconds(file) > 60;
  const slow = files.filter(isSlow).length;
  return [`The files that took longest; ${slow} of ${files.length} slower than a minute:`, ...ordered.slice(0, 10).map(line)];
}
