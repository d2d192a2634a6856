import { ConnectorError } from '../../kit/connector-error.ts';
import type { Broker } from './broker-url.ts';

/** A broker's first command there has this magic behind length and type. */
export const isOpenWire = (first: Buffer): boolean => first.subarray(5, 13).toString('latin1') === 'ActiveMQ';

/** The Java client's own protocol, which we do not have. */
export const openWireOnly = ({ host, port }: Broker): ConnectorError =>
  new ConnectorError(
    'configuration',
    `${host}:${port} speaks OpenWire only, for which there is no maintained client in JavaScript. Give the port of the broker's STOMP or AMQP connector, or let this one find out by itself (uri="auto://…" in activemq.xml).`,
  );
