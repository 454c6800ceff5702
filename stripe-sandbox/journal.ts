import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";

export interface Journal {
  append(entry: unknown): void;
  close(): void;
}

/**
 * One JSON line per change, handed to the kernel before anybody is answered: a killed process loses nothing.
 * Opening replays the lines and writes what `compact` says is left of them to a new file.
 */
export function openJournal(dataDir: string, replay: (entry: unknown) => void, compact: () => Iterable<unknown>): Journal {
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, "journal.jsonl");
  for (const line of wholeLines(path)) replay(JSON.parse(line));

  const file = openSync(`${path}.new`, "w");
  const append = (entry: unknown) => appendLine(file, `${JSON.stringify(entry)}\n`);
  for (const entry of compact()) append(entry);
  renameSync(`${path}.new`, path);
  return { append, close: () => closeSync(file) };
}

// The line a kill tore was never answered for, so it is left out.
function wholeLines(path: string): string[] {
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return content.split("\n").slice(0, -1);
}

function appendLine(file: number, line: string): void {
  const before = fstatSync(file).size;
  const bytes = Buffer.from(line);
  try {
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written, bytes.length - written, before + written);
  } catch (error) {
    ftruncateSync(file, before);
    throw error;
  }
}
