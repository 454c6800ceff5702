import type { Server } from "node:http";

// Without Envoy the web is called directly, over plain HTTP: this sets the forwarding headers that the edge would set.
const built: string = "../../../web/build/index.js"; // a variable, because the type checker runs without the build
const { server } = (await import(built)) as { server: Server };
server.prependListener("request", ({ headers, socket }) => {
  headers["x-forwarded-proto"] = "http";
  headers["x-forwarded-for"] = socket.remoteAddress;
});
