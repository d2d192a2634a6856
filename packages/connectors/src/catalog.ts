import type { Connector } from './kit/connector.ts';

/** Every connector by its id, loaded on first use; sorted. */
export const catalog: Readonly<Record<string, () => Promise<Connector>>> = {
  airtable: () => import('./sources/airtable/index.ts').then((module) => module.airtable),
  clickup: () => import('./sources/clickup/index.ts').then((module) => module.clickup),
  elasticsearch: () => import('./sources/elasticsearch/index.ts').then((module) => module.elasticsearch),
  exception_stub: () => import('./sources/exception-stub/index.ts').then((module) => module.exceptionStub),
  file_stub: () => import('./sources/file-stub/index.ts').then((module) => module.fileStub),
  files: () => import('./sources/files/index.ts').then((module) => module.files),
  ftp: () => import('./sources/ftp/index.ts').then((module) => module.ftp),
  github: () => import('./sources/github/index.ts').then((module) => module.github),
  imap: () => import('./sources/imap/index.ts').then((module) => module.imap),
  incremental_stub: () => import('./sources/incremental-stub/index.ts').then((module) => module.incrementalStub),
  kafka: () => import('./sources/kafka/index.ts').then((module) => module.kafka),
  ldap: () => import('./sources/ldap/index.ts').then((module) => module.ldap),
  monday: () => import('./sources/monday/index.ts').then((module) => module.monday),
  mysql: () => import('./sources/mysql/index.ts').then((module) => module.mysql),
  nats: () => import('./sources/nats/index.ts').then((module) => module.nats),
  oauth_stub: () => import('./sources/oauth-stub/index.ts').then((module) => module.oauthStub),
  postgres: () => import('./sources/postgres/index.ts').then((module) => module.postgres),
  rss: () => import('./sources/rss/index.ts').then((module) => module.rss),
  s3: () => import('./sources/s3/index.ts').then((module) => module.s3),
  sqlite: () => import('./sources/sqlite/index.ts').then((module) => module.sqlite),
  stub: () => import('./sources/stub/index.ts').then((module) => module.stub),
  timed: () => import('./sources/timed/index.ts').then((module) => module.timed),
  todoist: () => import('./sources/todoist/index.ts').then((module) => module.todoist),
  trello: () => import('./sources/trello/index.ts').then((module) => module.trello),
  web: () => import('./sources/web/index.ts').then((module) => module.web),
};

/** Other spellings that people use; the given spelling is echoed on the wire. */
export const aliases: Readonly<Record<string, string>> = { mariadb: 'mysql', postgresql: 'postgres' };
