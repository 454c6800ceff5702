import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

/** A browser for tests: its program and environment variables. */
export interface Chromium {
  executable: string;
  env: Record<string, string>;
}

const run = promisify(execFile);
const folder = path.resolve(import.meta.dirname, "../../../.tools/chromium");

/** The machine's own Chromium; else the one from npm, unpacked once under .tools with the libraries and fonts that it brings. */
export async function chromium(): Promise<Chromium> {
  if (process.env.LACIO_CHROMIUM) return { executable: process.env.LACIO_CHROMIUM, env: {} };
  for (const program of ["chromium", "google-chrome", "chromium-browser"]) {
    try {
      const { stdout } = await run("sh", ["-c", `command -v ${program}`]);
      return { executable: stdout.trim(), env: {} };
    } catch {
      // not here under this name
    }
  }
  if (!fs.existsSync(folder)) await unpack();
  const env = { LD_LIBRARY_PATH: `${folder}/al2023/lib`, FONTCONFIG_FILE: `${folder}/fonts.conf` };
  return { executable: `${folder}/chromium`, env };
}

// Atomic, by a scratch folder and a rename: several test files may start the first browser at the same time.
async function unpack(): Promise<void> {
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  const fresh = fs.mkdtempSync(`${folder}-`);
  // In a child process: the package unpacks to TMPDIR, with its libraries only where the environment looks like AWS Lambda's.
  const code = `import("@sparticuz/chromium").then(({ default: chromium }) => chromium.executablePath())`;
  const env = { ...process.env, TMPDIR: fresh, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x" };
  await run(process.execPath, ["--input-type=module", "-e", code], { cwd: import.meta.dirname, env });
  fs.writeFileSync(`${fresh}/fonts.conf`, fonts);
  try {
    fs.renameSync(fresh, folder);
  } catch (error) {
    fs.rmSync(fresh, { recursive: true });
    if (!fs.existsSync(folder)) throw error; // else another process was first
  }
}

// The package's fonts.conf names folders of AWS Lambda, and a Chromium that finds no font exits.
const fonts = `<?xml version="1.0"?>
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <dir>/usr/share/fonts</dir>
  <dir>/usr/local/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;
