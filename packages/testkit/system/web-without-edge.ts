import { createServer } from "node:http";

// Where no Envoy can be had the pages are served by themselves, over plain HTTP: nobody in front says so, so this does.
const built: string = "../../../web/build/handler.js"; // there after the build, not for the type checker
const { handler } = (await import(built)) as { handler: (req: unknown, res: unknown) => void };
createServer((request, response) => {
  request.headers["x-forwarded-proto"] = "http";
  request.headers["x-forwarded-for"] = request.socket.remoteAddress;
  handler(request, response);
}).listen(Number(process.env.PORT), process.env.HOST);
