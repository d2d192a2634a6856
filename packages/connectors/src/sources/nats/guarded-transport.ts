import type { Socket } from 'node:net';
import { type ServerInfo, setTransportFactory, type TlsOptions } from '@nats-io/transport-node';
import { NodeTransport } from '@nats-io/transport-node/lib/node_transport.js';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { GuardedOptions } from './open-connection.ts';

/**
 * The client dials through a factory that is one for the whole process. So that connections of different contexts do not
 * meet in it, the socket travels in the options of each, which the client hands on to the transport as they are. Of Node's
 * own transport everything is kept but the dialling; TLS is begun by it on the guard's socket.
 */
class GuardedTransport extends NodeTransport {
  #guarded: GuardedOptions['guarded'] | undefined;

  override connect(hp: { hostname: string; port: number; tlsName: string }, options: GuardedOptions): Promise<void> {
    this.#guarded = options.guarded;
    return super.connect({ ...hp, tlsName: options.guarded.host }, options);
  }

  override dial(): Promise<Socket> {
    const socket = this.#guarded?.socket;
    return socket ? Promise.resolve(socket) : Promise.reject(new Error('no socket was handed over'));
  }

  override async peekInfo(): Promise<ServerInfo> {
    const info = await super.peekInfo();
    const { tls = 'none', host = '', ca } = this.#guarded ?? {};
    const offers = info.tls_available === true || info.tls_required === true;
    if (tls === 'none' && info.tls_required === true)
      throw new ConnectorError('configuration', `${host} demands TLS. Set tls to \`require\`.`);
    if (tls === 'require' && !offers)
      throw new ConnectorError('configuration', `${host} offers no TLS. Turn it on there, or set tls to \`prefer\`.`);
    if (tls !== 'none' && offers) this.options = { ...this.options, tls: tlsOptions(host, ca) };
    return info;
  }
}

/** SNI carries names only (RFC 6066 §3); certificates of bare addresses are checked through `host`. */
function tlsOptions(host: string, ca: string | undefined): TlsOptions & { readonly host: string } {
  return { host, ...(isAddress(host) && { servername: '' }), ...(ca !== undefined && { ca }) };
}

const isAddress = (host: string): boolean => /^[\d.]+$|:/.test(host);

/** Makes every connection of the client that is opened from now on use the socket of its options. */
export function useGuardedTransport(): void {
  setTransportFactory({ factory: () => new GuardedTransport() });
}
