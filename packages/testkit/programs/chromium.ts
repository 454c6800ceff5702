import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

/** A browser to drive: its program, and what it needs in its environment. */
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

// Beside its place, then moved there whole: several test files may want the first browser at the same moment.
async function unpack(): Promise<void> {
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  const fresh = fs.mkdtempSync(`${folder}-`);
  // In a process of its own: the package unpacks to the temporary folder, and wants to believe that it is in a cloud function.
  const code = `import("@sparticuz/chromium").then(({ default: chromium }) => chromium.executablePath())`;
  const env = { ...process.env, TMPDIR: fresh, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x" };
  await run(process.execPath, ["--input-type=module", "-e", code], { cwd: import.meta.dirname, env });
  fs.writeFileSync(`${fresh}/fonts.conf`, fonts);
  try {
    fs.renameSync(fresh, folder);
  } catch (error) {
    fs.rmSync(fresh, { recursive: true });
    if (!fs.existsSync(folder)) throw error; // else somebody was faster
  }
}

// The package's own settings name folders of a cloud function, and a Chromium that finds no font at all ends itself.
const fonts = `<?xml version="1.0"?>
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <dir>/usr/share/fonts</dir>
  <dir>/usr/local/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;
