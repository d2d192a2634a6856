import { ConnectorError } from '../../../kit/connector-error.ts';
import { missingDriver } from '../../../kit/missing-driver.ts';
import { abortable } from '../driver.ts';
import type { Driver, DriverContext } from '../driver.ts';

/** Codes of "Oracle Database Error Messages" that say who has to act. */
const REFUSED = /ORA-(01017|28000|28001|01005|01045)/;
const NO_SERVICE = /ORA-(12514|12505|12154)|NJS-5(18|17|20)/;

function toConnectorError(error: unknown, { endpoint }: DriverContext): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const said = error instanceof Error ? (error.message.split('\n')[0] ?? '').replace(/\.$/, '') : 'unknown reason';
  const doing = endpoint.host === '' ? 'Connecting' : `Connecting to ${endpoint.host}:${endpoint.port}`;
  const options = { cause: error };
  if (REFUSED.test(said))
    return new ConnectorError('credential', `${doing}: ${said}. Check the user and the password.`, options);
  if (NO_SERVICE.test(said))
    return new ConnectorError('configuration', `${doing}: ${said}. Check the service or SID in the URL.`, options);
  return new ConnectorError('unavailable', `${doing}: ${said}.`, options);
}

/** The address that the guard has checked: the driver takes no socket, so it is never given a name. */
async function checked({ resolve }: DriverContext, host: string): Promise<string> {
  const [first] = await resolve(host);
  return first?.address ?? '';
}

/** A connect descriptor ("Local Naming Parameters in the tnsnames.ora File") that holds addresses only. */
async function descriptorOf(ctx: DriverContext): Promise<string> {
  const { parameters } = ctx.url;
  const given = parameters.get('descriptor');
  if (given !== undefined) return await withAddresses(ctx, given);
  const protocol = /tcps/i.test(parameters.get('protocol') ?? '') ? 'tcps' : 'tcp';
  const address = `(PROTOCOL=${protocol})(HOST=${await checked(ctx, ctx.endpoint.host)})(PORT=${ctx.endpoint.port})`;
  // The certificate is checked, its name is not: the driver would compare it with the address.
  const security = protocol === 'tcps' ? '(SECURITY=(SSL_SERVER_DN_MATCH=OFF))' : '';
  return `(DESCRIPTION=(RETRY_COUNT=0)(ADDRESS=${address})(CONNECT_DATA=${serviceOf(ctx)})${security})`;
}

async function withAddresses(ctx: DriverContext, given: string): Promise<string> {
  const hosts = [...given.matchAll(/\(\s*HOST\s*=\s*([^()]*)\)/gi)];
  if (hosts.length === 0 || /\(\s*HTTPS_PROXY\s*=/i.test(given))
    throw new ConnectorError('configuration', 'Give a descriptor that names its HOST, and no proxy.');
  let safe = given;
  for (const [written, host = ''] of hosts) safe = safe.replace(written, `(HOST=${await checked(ctx, host.trim())})`);
  return safe;
}

function serviceOf({ url, database }: DriverContext): string {
  const sid = url.parameters.get('sid');
  const name = sid ?? database ?? '';
  if (name === '' || /[()=]/.test(name)) {
    const example = 'jdbc:oracle:thin:@//host:1521/service';
    throw new ConnectorError('configuration', `The URL names no service. Give one like ${example}.`);
  }
  return sid === undefined ? `(SERVICE_NAME=${name})` : `(SID=${name})`;
}

/** Oracle Database 12.1 and later, by `oracledb` in its thin mode: no client of Oracle's is needed. */
export const connect: Driver = async (ctx) => {
  const { default: oracledb } = await import('oracledb').catch((cause: unknown) => {
    throw missingDriver('oracledb', 'ORACLE', cause);
  });
  const connectString = await descriptorOf(ctx);
  try {
    const opening = oracledb.getConnection({
      ...(ctx.user !== undefined && { user: ctx.user }),
      password: ctx.password.reveal(),
      connectString,
      connectTimeout: Math.ceil(ctx.settings.connectionTimeout / 1_000),
      stmtCacheSize: ctx.settings.maxStatements,
    } as Parameters<typeof oracledb.getConnection>[0]);
    // The driver cannot be stopped while it connects; one that comes too late is closed.
    const late = (): void => void opening.then((link) => link.close()).catch(() => undefined);
    const link = await abortable(opening, ctx.signal, late);
    return {
      ping: () => link.ping(),
      close: () => link.close(),
    };
  } catch (error) {
    ctx.signal.throwIfAborted();
    throw toConnectorError(error, ctx);
  }
};
