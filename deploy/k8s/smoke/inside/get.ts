// Status and text of each URL of the question.
const urls = JSON.parse(process.argv[1]!) as string[];
const get = async (url: string) => {
  const answer = await fetch(url, { signal: AbortSignal.timeout(8_000) });
  return { status: answer.status, text: await answer.text() };
};
console.log(JSON.stringify(await Promise.all(urls.map(get))));
export {};
