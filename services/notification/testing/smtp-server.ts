import net, { type AddressInfo, type Socket } from "node:net";

export type Taken = { to: string; messageId: string; /** As it came, without soft line breaks. */ source: string };

/** A mail server under a test's control: it accepts mails, refuses them, holds its answer back, or goes away. */
export async function startSmtpServer() {
  const recipients: string[] = [];
  const taken: Taken[] = [];
  const answers = new Map<string, string>();
  const held = new Map<string, { answer: string; released: Promise<void> }>();
  const sockets = new Set<Socket>();
  const server = net.createServer((socket) => {
    let to = "";
    let data: string[] | undefined;
    let rest = "";
    sockets.add(socket.on("close", () => sockets.delete(socket)).on("error", () => {}));
    socket.write("220 ready\r\n");
    socket.on("data", (chunk) => {
      const lines = (rest + chunk.toString("latin1")).split("\r\n");
      rest = lines.pop()!;
      for (const line of lines) {
        if (data && line === ".") void take(socket, to, data).then(() => (data = undefined));
        else if (data) data.push(line);
        else if (/^DATA/i.test(line)) {
          data = [];
          socket.write("354 go on\r\n");
        } else if (/^RCPT/i.test(line)) {
          to = line.replace(/.*<(.*)>.*/, "$1");
          recipients.push(to);
          socket.write(`${answers.get(to) ?? "250 ok"}\r\n`);
          answers.delete(to);
        } else socket.write("250 ok\r\n");
      }
    });
  });

  async function take(socket: Socket, to: string, data: string[]): Promise<void> {
    const answer = held.get(to);
    held.delete(to);
    const source = data.join("\n");
    const messageId = /^Message-ID: (.*)$/im.exec(source)?.[1] ?? "";
    if (!answer?.answer) taken.push({ to, messageId, source: source.replaceAll("=\n", "") });
    await answer?.released;
    socket.write(`${answer?.answer || "250 taken"}\r\n`);
  }

  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const stop = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    /** The recipients of all envelopes, and the mails that were accepted. */
    recipients,
    taken,
    /** Its next answer to an envelope for `to`. */
    answer: (to: string, line: string) => void answers.set(to, line),
    /** Holds the answer to the next mail to `to` back until it is released; without `answer` the mail is accepted. */
    hold(to: string, answer = "") {
      let release = () => {};
      held.set(to, { answer, released: new Promise((resolve) => (release = resolve)) });
      return { release };
    },
    forget: () => void (recipients.length = taken.length = 0),
    stopListening: stop,
    listenAgain: () => listen(port),
    stop,
  };
}
