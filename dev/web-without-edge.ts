import { createServer } from "node:http";

// Where no Envoy can be had the pages are served by themselves, over plain HTTP: nobody in front says so, so this does.
const { handler } = (await import("../web/build/handler.js" as string)) as { handler: (req: unknown, res: unknown) => void };
createServer((request, response) => {
  request.headers["x-forwarded-proto"] = "http";
  request.headers["x-forwarded-for"] = request.socket.remoteAddress;
  handler(request, response);
}).listen(Number(process.env.PORT), process.env.HOST);
