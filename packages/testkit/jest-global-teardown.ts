export default async function tearDown() {
  try {
    await globalThis.lacioSystem?.stop();
  } catch (error) {
    // An error thrown here would keep Jest from writing its report.
    process.stderr.write(`\n${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
