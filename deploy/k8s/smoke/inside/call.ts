import http2 from "node:http2";
import { text } from "node:stream/consumers";

// One unary call by the Connect protocol, as a peer makes it: https://connectrpc.com/docs/protocol. Answers the status and the JSON.
const { url, method, token, message } = JSON.parse(process.argv[1]!) as { url: string; method: string; token: string; message: object };
const session = http2.connect(url);
const call = session.request({
  ":method": "POST",
  ":path": `/${method}`,
  "content-type": "application/json",
  "connect-protocol-version": "1",
  ...(token && { authorization: `Bearer ${token}` }),
});
call.setTimeout(10_000, () => call.close(http2.constants.NGHTTP2_CANCEL));
call.end(JSON.stringify(message));
const status = await new Promise<number>((resolve, reject) => {
  call.once("response", (headers) => resolve(Number(headers[":status"]))).once("error", reject);
});
console.log(JSON.stringify({ status, text: await text(call) }));
session.close();
