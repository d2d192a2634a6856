import type { Connector } from './kit/connector.ts';

/** Every connector by its id, loaded on first use; sorted. */
export const catalog: Readonly<Record<string, () => Promise<Connector>>> = {
  box: () => import('./sources/box/index.ts').then((module) => module.box),
  dropbox: () => import('./sources/dropbox/index.ts').then((module) => module.dropbox),
  elasticsearch: () => import('./sources/elasticsearch/index.ts').then((module) => module.elasticsearch),
  exception_stub: () => import('./sources/exception-stub/index.ts').then((module) => module.exceptionStub),
  file_stub: () => import('./sources/file-stub/index.ts').then((module) => module.fileStub),
  files: () => import('./sources/files/index.ts').then((module) => module.files),
  ftp: () => import('./sources/ftp/index.ts').then((module) => module.ftp),
  github: () => import('./sources/github/index.ts').then((module) => module.github),
  gmail: () => import('./sources/gmail/index.ts').then((module) => module.gmail),
  google_calendar: () => import('./sources/google_calendar/index.ts').then((module) => module.googleCalendar),
  google_drive: () => import('./sources/google_drive/index.ts').then((module) => module.googleDrive),
  imap: () => import('./sources/imap/index.ts').then((module) => module.imap),
  incremental_stub: () => import('./sources/incremental-stub/index.ts').then((module) => module.incrementalStub),
  kafka: () => import('./sources/kafka/index.ts').then((module) => module.kafka),
  ldap: () => import('./sources/ldap/index.ts').then((module) => module.ldap),
  mysql: () => import('./sources/mysql/index.ts').then((module) => module.mysql),
  nats: () => import('./sources/nats/index.ts').then((module) => module.nats),
  oauth_stub: () => import('./sources/oauth-stub/index.ts').then((module) => module.oauthStub),
  onedrive: () => import('./sources/onedrive/index.ts').then((module) => module.onedrive),
  outlook_mail: () => import('./sources/outlook_mail/index.ts').then((module) => module.outlookMail),
  postgres: () => import('./sources/postgres/index.ts').then((module) => module.postgres),
  rss: () => import('./sources/rss/index.ts').then((module) => module.rss),
  s3: () => import('./sources/s3/index.ts').then((module) => module.s3),
  sharepoint: () => import('./sources/sharepoint/index.ts').then((module) => module.sharepoint),
  sqlite: () => import('./sources/sqlite/index.ts').then((module) => module.sqlite),
  stub: () => import('./sources/stub/index.ts').then((module) => module.stub),
  teams: () => import('./sources/teams/index.ts').then((module) => module.teams),
  timed: () => import('./sources/timed/index.ts').then((module) => module.timed),
  web: () => import('./sources/web/index.ts').then((module) => module.web),
};

/** Other spellings that people use; the given spelling is echoed on the wire. */
export const aliases: Readonly<Record<string, string>> = { mariadb: 'mysql', postgresql: 'postgres' };
