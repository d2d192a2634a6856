import { once } from 'node:events';
import type { Socket } from 'node:net';

/** A packet begins with its length in three bytes and a number in one (MySQL internals, "MySQL Packets"). */
const HEADER = 4;
/** Handshake version 10, which every server since MySQL 3.21 speaks. */
const VERSION = 10;
/** Behind the server's version: connection id, first part of the scramble, a filler; then the capabilities. */
const BEFORE_CAPABILITIES = 4 + 8 + 1;
const CLIENT_SSL = 0x0800;
const LONGEST_GREETING = 1_024;

/**
 * Looks into the server's greeting, which the driver reads afterwards, whether it offers TLS ("Protocol::HandshakeV10" of
 * the MySQL protocol). `false` for everything else that a server may say first, such as that it has too many connections.
 */
export async function offersTls(socket: Socket, signal: AbortSignal): Promise<boolean> {
  let greeting = Buffer.alloc(0);
  try {
    for (;;) {
      await once(socket, 'readable', { signal });
      const chunk = socket.read() as Buffer | null;
      if (chunk === null) return false;
      greeting = Buffer.concat([greeting, chunk]);
      if (greeting.length > HEADER && greeting[HEADER] !== VERSION) return false;
      const at = greeting.indexOf(0, HEADER + 1) + 1 + BEFORE_CAPABILITIES;
      if (at > BEFORE_CAPABILITIES && greeting.length >= at + 2) return (greeting.readUInt16LE(at) & CLIENT_SSL) !== 0;
      if (greeting.length > LONGEST_GREETING) return false;
    }
  } finally {
    socket.unshift(greeting);
  }
}
