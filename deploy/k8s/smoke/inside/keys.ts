import http from "node:http";

// Shows the keys of its argument to everybody.
http.createServer((_, answer) => answer.setHeader("content-type", "application/json").end(process.argv[1])).listen(8080);
