import { randomUUID } from 'node:crypto';
import { defineConnectionType } from '../../kit/connection-type.ts';
import { sendDatagrams } from '../../kit/datagrams.ts';
import { advised } from '../../kit/far-end-error.ts';
import { conditions, Fields } from './fields.ts';
import type { SnmpContext } from './fields.ts';
import { sendNotice } from './send-notice.ts';
import { checkUser, targetOf } from './session.ts';

async function test(ctx: SnmpContext): Promise<{ readonly message: string }> {
  const { settings, clock, resolve, signal } = ctx;
  checkUser(settings);
  const { host, port } = targetOf(settings);
  if (settings.messageType === 'TRAP') {
    // Receivers pass over what is no message; only a refusal comes back.
    await advised(sendDatagrams({ host, port, resolve, signal }, [new Uint8Array()]), 'Check connectionString.');
    return {
      message: `${host}:${port} did not refuse an empty packet; traps are not acknowledged. Look there for one.`,
    };
  }
  await sendNotice(ctx, {
    id: randomUUID(),
    kind: 'test',
    severity: 'info',
    title: 'Test of the connection',
    text: 'Nothing has happened.',
    at: clock.now(),
    facts: {},
  });
  return { message: `${host}:${port} acknowledged a notification of the kind test.` };
}

/** Sends traps and informs. */
export const snmp = defineConnectionType({
  id: 'snmp',
  title: 'SNMP',
  description: 'Sends each notification as an SNMP trap or inform.',
  fields: Fields,
  conditions,
  notifies: true,
  test,
  open(ctx) {
    checkUser(ctx.settings);
    targetOf(ctx.settings);
    return Promise.resolve({ notify: (notice) => sendNotice(ctx, notice), close: () => Promise.resolve() });
  },
});
