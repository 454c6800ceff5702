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
const folder = path.resolve(import.meta.dirname, "../.tools/chromium");

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
  return { executable: await unpacked(), env: { LD_LIBRARY_PATH: `${folder}/al2023/lib`, FONTCONFIG_PATH: `${folder}/fonts` } };
}

// In a process of its own: the package unpacks to the temporary folder, and wants to believe that it is in a cloud function.
async function unpacked(): Promise<string> {
  const executable = path.join(folder, "chromium");
  if (fs.existsSync(path.join(folder, "ready"))) return executable;
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  const code = `import("@sparticuz/chromium").then(({ default: chromium }) => chromium.executablePath())`;
  const env = { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x" };
  await run(process.execPath, ["--input-type=module", "-e", code], { cwd: import.meta.dirname, env });
  fs.writeFileSync(path.join(folder, "ready"), "");
  return executable;
}
