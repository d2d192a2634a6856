export interface Broker {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { tcp: 61_616, ssl: 61_617, amqp: 5_672, amqps: 5_671 };

/**
 * The brokers of an address, also of `failover:(tcp://one:61613,tcp://two:61613)`; options behind `?` are those of the Java
 * client and mean nothing here. `undefined` when it is no such address.
 */
export function brokersOf(address: string): readonly Broker[] | undefined {
  const inner = /^failover:(?:\/\/)?\(([^)]*)\)/i.exec(address)?.[1] ?? address;
  const brokers = inner.split(',').map(brokerOf);
  return brokers.every((broker) => broker !== undefined) ? brokers : undefined;
}

function brokerOf(address: string): Broker | undefined {
  const [, scheme = '', rest = ''] = /^(tcp|ssl|amqps?):\/\/(.+)$/i.exec(address.trim()) ?? [];
  const url = URL.parse(`http://${rest}`);
  if (!url || url.hostname === '' || url.username !== '' || url.password !== '') return undefined;
  const name = scheme.toLowerCase();
  const port = url.port === '' ? (/:80(?:[/?]|$)/.test(rest) ? 80 : (DEFAULT_PORTS[name] ?? 0)) : Number(url.port);
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port, isTls: name === 'ssl' || name === 'amqps' };
}
