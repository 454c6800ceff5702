const swc = { jsc: { parser: { syntax: "typescript" }, target: "es2024" }, module: { type: "es6" } };

export default {
  testEnvironment: "node",
  extensionsToTreatAsEsm: [".ts"],
  testMatch: ["**/*.test.ts"],
  modulePathIgnorePatterns: ["<rootDir>/.tools/", "<rootDir>/.lacio/"],
  transform: { "^.+\\.ts$": ["@swc/jest", swc] },
  globalSetup: "./packages/testkit/jest-global-setup.ts",
  globalTeardown: "./packages/testkit/jest-global-teardown.ts",
  testSequencer: "./jest.sequencer.js",
  maxWorkers: 2,
  testTimeout: 120_000,
};
