import type { AnyConnectionType } from './kit/connection-type.ts';

/** Every connection type by its id, loaded on first use; sorted. */
export const typeCatalog: Readonly<Record<string, () => Promise<AnyConnectionType>>> = {
  activeMq: () => import('./types/activeMq/index.ts').then((module) => module.activeMq),
  database: () => import('./types/database/index.ts').then((module) => module.database),
  elasticsearch: () => import('./types/elasticsearch/index.ts').then((module) => module.elasticsearch),
  email: () => import('./types/email/index.ts').then((module) => module.email),
  ftp: () => import('./types/ftp/index.ts').then((module) => module.ftp),
  graylog: () => import('./types/graylog/index.ts').then((module) => module.graylog),
  kafka: () => import('./types/kafka/index.ts').then((module) => module.kafka),
  ldap: () => import('./types/ldap/index.ts').then((module) => module.ldap),
  'linux-script': () => import('./types/linux-script/index.ts').then((module) => module.linuxScript),
  logback: () => import('./types/logback/index.ts').then((module) => module.logback),
  rabbitMq: () => import('./types/rabbitMq/index.ts').then((module) => module.rabbitMq),
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
