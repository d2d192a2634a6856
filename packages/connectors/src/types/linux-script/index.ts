import { z } from 'zod';
import { defineConnectionType } from '../../kit/connection-type.ts';
import { port, requiredSecret, requiredText } from '../../kit/type-fields.ts';
import { loadSsh2, openSession } from './open-session.ts';

/** Fields and defaults as Apinizer documents the connection type `linux-script`. */
const Fields = z.object({
  hostName: requiredText({ title: 'Host' }),
  sshPort: port({ title: 'Port', default: 22 }),
  username: requiredText({ title: 'User' }),
  password: requiredSecret({ title: 'Password' }),
});

/** An account on a Linux host, reached by SSH. */
export const linuxScript = defineConnectionType({
  id: 'linux-script',
  title: 'Linux host (SSH)',
  description: 'An account on a Linux host that scripts run as, reached by SSH.',
  aliases: ['linuxscript'],
  fields: Fields,
  notifies: false,
  async test(ctx) {
    const session = await openSession(ctx);
    try {
      const code = await session.run('exit 0');
      const { username, hostName } = ctx.settings;
      const said = code === 0 ? 'may run commands' : `answers commands with exit status ${code}`;
      return { message: `${username} ${said} at ${hostName}, whose host key is ${session.fingerprint}` };
    } finally {
      session.close();
    }
  },
  async open() {
    // Sessions are opened when something is to be run: a host drops those that idle.
    await loadSsh2();
    return { close: () => Promise.resolve() };
  },
});
