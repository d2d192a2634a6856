import type { AnyConnectionType } from './kit/connection-type.ts';

/** Every connection type by its id, loaded on first use; sorted. */
export const typeCatalog: Readonly<Record<string, () => Promise<AnyConnectionType>>> = {
  email: () => import('./types/email/index.ts').then((module) => module.email),
  graylog: () => import('./types/graylog/index.ts').then((module) => module.graylog),
  logback: () => import('./types/logback/index.ts').then((module) => module.logback),
  snmp: () => import('./types/snmp/index.ts').then((module) => module.snmp),
  syslog: () => import('./types/syslog/index.ts').then((module) => module.syslog),
  webhook: () => import('./types/webhook/index.ts').then((module) => module.webhook),
};

/** Other spellings that callers use for a type; answers carry the id. */
export const typeAliases: Readonly<Record<string, string>> = { activemq: 'activeMq', linuxscript: 'linux-script' };

/** The type of an id or alias; undefined when there is none. */
export async function findType(spelling: string): Promise<AnyConnectionType | undefined> {
  const id = Object.hasOwn(typeAliases, spelling) ? typeAliases[spelling] : spelling;
  return id !== undefined && Object.hasOwn(typeCatalog, id) ? typeCatalog[id]?.() : undefined;
}
