export default async function tearDown() {
  await globalThis.lacioSystem?.stop();
}
