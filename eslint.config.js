import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: [
      ".tools/**",
      ".lacio/**",
      "**/node_modules/**",
      "packages/proto/gen/**",
      "web/.svelte-kit/**",
      "web/build/**",
      "web/src/lib/paraglide/**",
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["*.js", "dev/*.mjs", "dev/set-up/*.mjs", "packages/testkit/processes/*.mjs"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
  },
  {
    rules: {
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/unbound-method": "off",
      "@typescript-eslint/no-base-to-string": "off",
      "@typescript-eslint/restrict-template-expressions": "off",
      "no-restricted-syntax": ["error", { selector: "TSEnumDeclaration", message: "Node runs the sources: no enum, use a const object." }],
      "max-lines": ["error", { max: 250, skipBlankLines: true, skipComments: true }],
    },
  },
  { files: ["**/*.test.ts", "dev/**", "bench/**", "e2e/**"], rules: { "max-lines": "off" } },
  // The web's types depend on files that SvelteKit generates; svelte-check checks them.
  { files: ["web/**/*.ts"], ...tseslint.configs.disableTypeChecked },
  {
    files: ["**/*.js", "**/*.mjs"],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: { globals: { process: "readonly", console: "readonly" } },
  },
);
