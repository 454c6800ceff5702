import { readFileSync } from "node:fs";
import https from "node:https";

// Asks the edge for the services as fast as eight connections allow, until it is ended.
const agent = new https.Agent({ keepAlive: true, ca: readFileSync(process.env.EDGE_CA_FILE!) });

function ask(): void {
  https
    .get(`${process.env.EDGE_URL}/v1/services`, { agent }, (answer) => void answer.resume().once("end", ask))
    .once("error", (error) => {
      console.error(error.message);
      setTimeout(ask, 100);
    });
}
for (let n = 0; n < 8; n++) ask();
