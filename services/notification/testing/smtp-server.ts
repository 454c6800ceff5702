import net, { type AddressInfo } from "node:net";

/**
 * A mail server that answers RCPT with `answers`, one after another, and takes everything when they are used up.
 * It says that it took a mail when `mayTake` lets it.
 */
export async function startSmtpServer(answers: string[], mayTake?: Promise<void>) {
  const recipients: string[] = [];
  const server = net.createServer((socket) => {
    let inData = false;
    let rest = "";
    socket.on("error", () => {});
    socket.write("220 ready\r\n");
    socket.on("data", (chunk) => {
      const lines = (rest + chunk.toString("latin1")).split("\r\n");
      rest = lines.pop()!;
      for (const line of lines) {
        if (inData) {
          if (line !== ".") continue;
          inData = false;
          void Promise.resolve(mayTake).then(() => socket.write("250 taken\r\n"));
        } else if (/^DATA/i.test(line)) {
          inData = true;
          socket.write("354 go on\r\n");
        } else if (/^RCPT/i.test(line)) {
          recipients.push(line.replace(/.*<(.*)>.*/, "$1"));
          socket.write(`${answers.shift() ?? "250 ok"}\r\n`);
        } else socket.write("250 ok\r\n");
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    recipients,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
