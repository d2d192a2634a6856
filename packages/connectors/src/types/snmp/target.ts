export interface SnmpTarget {
  readonly host: string;
  readonly port: number;
}

/** The parts of `udp:host/port`, with brackets around an IPv6 address or without; undefined when it is something else. */
export function parseTarget(text: string): SnmpTarget | undefined {
  const [, host = '', written = ''] = /^udp:\[?([^\]/\s]+)\]?\/(\d{1,5})$/i.exec(text.trim()) ?? [];
  const port = Number(written);
  return host !== '' && port >= 1 && port <= 65_535 ? { host, port } : undefined;
}
