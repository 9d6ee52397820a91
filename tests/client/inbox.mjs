// Who is sent to: keeps what comes, and answers with one status after the other.
import { createServer } from 'node:http';

export class Inbox {
  static async start() {
    const inbox = new Inbox();
    inbox.requests = [];
    inbox.waiting = [];
    inbox.status = 204;
    inbox.server = createServer(async (request, response) => {
      const parts = [];
      for await (const part of request) parts.push(part);
      inbox.requests.push({ headers: request.headers, body: Buffer.concat(parts) });
      for (const look of inbox.waiting.splice(0)) look();
      response.writeHead(inbox.status).end();
    });
    await new Promise((resolve) => { inbox.server.listen(0, '127.0.0.1', resolve); });
    inbox.url = `http://127.0.0.1:${inbox.server.address().port}`;
    return inbox;
  }

  // Of a server that is to send here.
  flags = ['--webhook-allow-http', '--webhook-allowed-network', '127.0.0.0/8',
    '--webhook-retry-first', '1ms', '--webhook-retry-max', '10ms'];

  // The request of this number, from 0 on.
  async request(number) {
    while (this.requests.length <= number) {
      await new Promise((resolve) => { this.waiting.push(resolve); });
    }
    return this.requests[number];
  }

  stop() {
    this.server.close();
    this.server.closeAllConnections();
  }
}
