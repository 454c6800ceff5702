import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

// What a service would be if nothing of it were ours: Node with the packages from npm that its sources import. Of each source file only the
// imports are left; Node finds what they name as it always does.
const imports = /^(?:import|export)\s(?!type\b)(?:[^;"]*?\sfrom\s)?"([^"]+)";/gm;

registerHooks({
  load(url, context, next) {
    if (!url.startsWith("file:") || url.includes("/node_modules/")) return next(url, context);
    const found = [...readFileSync(fileURLToPath(url), "utf8").matchAll(imports)].map(([, name]) => `import ${JSON.stringify(name)};`);
    return { format: "module", source: found.join("\n"), shortCircuit: true };
  },
});
await import(pathToFileURL("main.ts").href);
setInterval(() => {}, 1_000_000);
