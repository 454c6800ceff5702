import { fileURLToPath } from "node:url";
import { paraglideVitePlugin } from "@inlang/paraglide-js";
import adapter from "@sveltejs/adapter-node";
import { sveltekit } from "@sveltejs/kit/vite";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";
import { texts } from "./texts.ts";

// Everything is built in, so that web/build runs without node_modules. SvelteKit leaves this one out by its name, for a file of traces
// (instrumentation.server.ts) that the web does not have; prom-client imports it.
const builtIn = { "@opentelemetry/api": fileURLToPath(import.meta.resolve("@opentelemetry/api")) };

export default defineConfig({
  resolve: { alias: builtIn },
  plugins: [
    tailwindcss(),
    paraglideVitePlugin(texts),
    sveltekit({
      adapter: adapter({ precompress: true }),
      csp: {
        mode: "nonce",
        directives: {
          "default-src": ["self"],
          "script-src": ["self"],
          "style-src": ["self"],
          // The hash of the only style attribute: SvelteKit's hidden live region, which announces a new page's title.
          "style-src-attr": ["unsafe-hashes", "sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo="],
          "img-src": ["self", "data:"],
          "font-src": ["self"],
          "connect-src": ["self"],
          "form-action": ["self"],
          "frame-ancestors": ["none"],
          "base-uri": ["self"],
          "object-src": ["none"],
        },
      },
    }),
  ],
});
