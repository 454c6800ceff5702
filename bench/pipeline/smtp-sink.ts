import net, { type AddressInfo } from "node:net";

/** An SMTP server that accepts and discards every mail. */
export async function startSmtpSink() {
  const server = net.createServer((socket) => {
    let inData = false;
    let tail = "";
    socket.on("error", () => {});
    socket.write("220 ready\r\n");
    socket.on("data", (chunk) => {
      const text = tail + chunk.toString("latin1");
      if (inData) {
        tail = text.slice(-4);
        if (!text.endsWith("\r\n.\r\n")) return;
        inData = false;
        tail = "";
        return void socket.write("250 taken\r\n");
      }
      tail = "";
      for (const line of text.split("\r\n").filter(Boolean)) {
        inData = /^DATA/i.test(line);
        socket.write(inData ? "354 go on\r\n" : "250 ok\r\n");
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => server.close() };
}
