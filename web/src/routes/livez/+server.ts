/** Whether this process answers; asked by whoever runs it. */
export const GET = () => new Response("ok\n", { headers: { "cache-control": "no-store" } });
