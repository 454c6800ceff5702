import path from "node:path";
import { compile, type CompilerOptions } from "@inlang/paraglide-js";

const at = (file: string) => path.resolve(import.meta.dirname, file);

/** How the texts of messages/ become functions: Spanish at /, English at /en/. */
export const texts: CompilerOptions = {
  project: at("project.inlang"),
  outdir: at("src/lib/paraglide"),
  strategy: ["url", "baseLocale"],
  urlPatterns: [
    {
      pattern: "/:path(.*)?",
      localized: [
        ["en", "/en/:path(.*)?"],
        ["es", "/:path(.*)?"],
      ],
    },
  ],
};

// `node texts.ts` compiles them without a build, for the type checker.
if (import.meta.main) await compile(texts);
