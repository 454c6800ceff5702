export default async function tearDown() {
  try {
    await globalThis.lacioSystem?.stop();
  } catch (error) {
    // Thrown from here it would take the report of the tests with it.
    process.stderr.write(`\n${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
