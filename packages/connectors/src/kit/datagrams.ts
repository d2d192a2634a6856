import { createSocket } from 'node:dgram';
import { ConnectorError } from './connector-error.ts';
import type { CheckedAddress } from './network-guard.ts';

interface DatagramTarget {
  readonly host: string;
  readonly port: number;
  /** Of the type's context: the address is checked by the guard each time. */
  readonly resolve: (host: string) => Promise<readonly CheckedAddress[]>;
  readonly signal: AbortSignal;
  /** Bytes of the system's send buffer; its own when absent. */
  readonly sendBufferBytes?: number;
}

/** So long the system may take to tell that nobody listens there (ICMP port unreachable); silence is all that success says. */
const REFUSAL_MS = 100;

/**
 * Sends packets by UDP to the first checked address of the host, from a socket of their own. Resolves when they have left, which
 * does not mean that they have arrived. Throws `ConnectorError`: `refused`, `configuration`, `unavailable`.
 */
export async function sendDatagrams(target: DatagramTarget, packets: readonly Uint8Array[]): Promise<void> {
  const { host, port, signal, sendBufferBytes } = target;
  const [address] = await target.resolve(host);
  signal.throwIfAborted();
  if (!address) throw new ConnectorError('unavailable', `The host ${host} does not resolve.`);
  const socket = createSocket(address.family === 6 ? 'udp6' : 'udp4');
  const { promise: failed, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason as Error);
  socket.on('error', reject);
  signal.addEventListener('abort', stop, { once: true });
  try {
    await Promise.race([sendAll(), failed]);
  } catch (error) {
    signal.throwIfAborted();
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no reason given';
    const words =
      code === 'EMSGSIZE' ? 'takes no packet of that size' : 'does not take datagrams, or the way there is cut off';
    throw new ConnectorError('unavailable', `${host}:${port} ${words} (${code}).`, { cause: error });
  } finally {
    signal.removeEventListener('abort', stop);
    socket.close();
  }

  async function sendAll(): Promise<void> {
    await new Promise<void>((resolve) => socket.connect(port, address?.address, resolve));
    if (sendBufferBytes !== undefined) socket.setSendBufferSize(sendBufferBytes);
    for (const packet of packets)
      await new Promise<void>((resolve, fail) => socket.send(packet, (error) => (error ? fail(error) : resolve())));
    await new Promise((resolve) => setTimeout(resolve, REFUSAL_MS));
  }
}
