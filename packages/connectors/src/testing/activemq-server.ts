import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort, giveToServer, serverFolder, startOwnedProcess, untilReady } from './owned-process.ts';

export interface RunningActiveMq {
  readonly host: string;
  /** OpenWire alone. */
  readonly openWirePort: number;
  readonly stompPort: number;
  /** Every protocol that the broker has: it looks at what the client says first. */
  readonly autoPort: number;
  readonly user: string;
  readonly password: string;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const USER = 'ann';
const PASSWORD = 'canary-pa55:word';

/** Starts Debian's ActiveMQ, which has OpenWire and STOMP and no AMQP, on free loopback ports; it keeps its messages in memory. */
export async function startActiveMq(): Promise<RunningActiveMq> {
  const folder = await serverFolder('activemq');
  const [openWirePort, stompPort, autoPort] = [await freePort(), await freePort(), await freePort()];
  const config = join(folder, 'activemq.xml');
  await writeFile(
    config,
    `<beans xmlns="http://www.springframework.org/schema/beans" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://www.springframework.org/schema/beans http://www.springframework.org/schema/beans/spring-beans-2.0.xsd
  http://activemq.apache.org/schema/core http://activemq.apache.org/schema/core/activemq-core.xsd">
  <broker xmlns="http://activemq.apache.org/schema/core" useJmx="false" persistent="false" brokerName="t${stompPort}"
    dataDirectory="${folder}/data">
    <plugins><simpleAuthenticationPlugin><users>
      <authenticationUser username="${USER}" password="${PASSWORD}" groups="admins,users"/>
    </users></simpleAuthenticationPlugin></plugins>
    <transportConnectors>
      <transportConnector name="openwire" uri="tcp://${HOST}:${openWirePort}"/>
      <transportConnector name="stomp" uri="stomp://${HOST}:${stompPort}"/>
      <transportConnector name="auto" uri="auto://${HOST}:${autoPort}"/>
    </transportConnectors>
  </broker>
</beans>`,
  );
  await giveToServer(folder);
  const args = [
    '-Xmx128M',
    '-Dactivemq.home=/usr/share/activemq',
    `-Dactivemq.base=${folder}`,
    `-Djava.io.tmpdir=${folder}`,
    `-Duser.home=${folder}`,
    '-jar',
    '/usr/share/activemq/bin/activemq.jar',
    'start',
    `xbean:file:${config}`,
  ];
  const server = startOwnedProcess('java', args, folder);
  await untilReady(server, async () => (await greets(openWirePort)) && (await accepts(autoPort)));
  return { host: HOST, openWirePort, stompPort, autoPort, user: USER, password: PASSWORD, stop: () => server.stop() };
}

/** OpenWire's server speaks first, and names itself. */
const greets = (port: number): Promise<boolean> => hears(port, 'data');
const accepts = (port: number): Promise<boolean> => hears(port, 'connect');

async function hears(port: number, event: 'connect' | 'data'): Promise<boolean> {
  const socket = connect({ host: HOST, port });
  try {
    await once(socket, event);
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
