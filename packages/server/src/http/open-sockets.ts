import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The connections of a server, so that a stop waits for requests and for nothing else. Node's own `closeIdleConnections`
 * takes a connection that never sent a request for a busy one, and does not look again when an answer is complete; clients
 * that open a connection ahead (as `fetch` does after a broken stream) would hold the server until their patience ends.
 */
export class OpenSockets {
  /** Requests on each connection that are not answered yet. */
  readonly #requests = new Map<Socket, number>();
  #closing = false;

  constructor(server: Server) {
    server.on('connection', (socket) => {
      this.#requests.set(socket, 0);
      socket.once('close', () => this.#requests.delete(socket));
    });
    server.on('request', ({ socket }, response) => {
      this.#add(socket, 1);
      response.once('close', () => {
        this.#add(socket, -1);
        if (this.#closing && this.#requests.get(socket) === 0) socket.destroySoon();
      });
    });
  }

  /** Closes what never began a request at once, and everything else once its last answer is out. */
  closeUnused(): void {
    this.#closing = true;
    for (const socket of this.#requests.keys()) if (socket.bytesRead === 0) socket.destroy();
  }

  #add(socket: Socket, change: number): void {
    const count = this.#requests.get(socket);
    if (count !== undefined) this.#requests.set(socket, count + change);
  }
}
