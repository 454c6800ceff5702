import { createServer } from "node:http";

// Without Envoy the web is served directly, over plain HTTP: this sets the forwarding headers that the edge would set.
const built: string = "../../../web/build/handler.js"; // a variable, because the type checker runs without the build
const { handler } = (await import(built)) as { handler: (req: unknown, res: unknown) => void };
createServer((request, response) => {
  request.headers["x-forwarded-proto"] = "http";
  request.headers["x-forwarded-for"] = request.socket.remoteAddress;
  handler(request, response);
}).listen(Number(process.env.PORT), process.env.HOST);
