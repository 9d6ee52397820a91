// A receiver of webhooks that takes or refuses, as it is told.
import http from 'node:http';

export class Receiver {
  static async start() {
    const receiver = new Receiver();
    receiver.status = 200;
    receiver.taken = [];
    receiver.server = http.createServer((request, response) => {
      let body = '';
      request.on('data', (bytes) => { body += bytes; });
      request.on('end', () => {
        if (receiver.status === 200) receiver.taken.push(JSON.parse(body));
        response.writeHead(receiver.status);
        response.end();
      });
    });
    await new Promise((resolve) => { receiver.server.listen(0, '127.0.0.1', resolve); });
    receiver.url = `http://127.0.0.1:${receiver.server.address().port}/hook`;
    return receiver;
  }
  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
