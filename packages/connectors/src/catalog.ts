import type { Connector } from './kit/connector.ts';

/** Every connector by its id, loaded on first use; sorted. */
export const catalog: Readonly<Record<string, () => Promise<Connector>>> = {
  elasticsearch: () => import('./sources/elasticsearch/index.ts').then((module) => module.elasticsearch),
  exception_stub: () => import('./sources/exception-stub/index.ts').then((module) => module.exceptionStub),
  file_stub: () => import('./sources/file-stub/index.ts').then((module) => module.fileStub),
  files: () => import('./sources/files/index.ts').then((module) => module.files),
  ftp: () => import('./sources/ftp/index.ts').then((module) => module.ftp),
  github: () => import('./sources/github/index.ts').then((module) => module.github),
  gitlab: () => import('./sources/gitlab/index.ts').then((module) => module.gitlab),
  gmail: () => import('./sources/gmail/index.ts').then((module) => module.gmail),
  google_calendar: () => import('./sources/google_calendar/index.ts').then((module) => module.googleCalendar),
  google_drive: () => import('./sources/google_drive/index.ts').then((module) => module.googleDrive),
  hubspot: () => import('./sources/hubspot/index.ts').then((module) => module.hubspot),
  imap: () => import('./sources/imap/index.ts').then((module) => module.imap),
  incremental_stub: () => import('./sources/incremental-stub/index.ts').then((module) => module.incrementalStub),
  intercom: () => import('./sources/intercom/index.ts').then((module) => module.intercom),
  jira: () => import('./sources/jira/index.ts').then((module) => module.jira),
  kafka: () => import('./sources/kafka/index.ts').then((module) => module.kafka),
  ldap: () => import('./sources/ldap/index.ts').then((module) => module.ldap),
  linear: () => import('./sources/linear/index.ts').then((module) => module.linear),
  mysql: () => import('./sources/mysql/index.ts').then((module) => module.mysql),
  nats: () => import('./sources/nats/index.ts').then((module) => module.nats),
  notion: () => import('./sources/notion/index.ts').then((module) => module.notion),
  oauth_stub: () => import('./sources/oauth-stub/index.ts').then((module) => module.oauthStub),
  postgres: () => import('./sources/postgres/index.ts').then((module) => module.postgres),
  rss: () => import('./sources/rss/index.ts').then((module) => module.rss),
  s3: () => import('./sources/s3/index.ts').then((module) => module.s3),
  salesforce: () => import('./sources/salesforce/index.ts').then((module) => module.salesforce),
  slack: () => import('./sources/slack/index.ts').then((module) => module.slack),
  sqlite: () => import('./sources/sqlite/index.ts').then((module) => module.sqlite),
  stripe: () => import('./sources/stripe/index.ts').then((module) => module.stripe),
  stub: () => import('./sources/stub/index.ts').then((module) => module.stub),
  timed: () => import('./sources/timed/index.ts').then((module) => module.timed),
  web: () => import('./sources/web/index.ts').then((module) => module.web),
  zendesk: () => import('./sources/zendesk/index.ts').then((module) => module.zendesk),
};

/** Other spellings that people use; the given spelling is echoed on the wire. */
export const aliases: Readonly<Record<string, string>> = { mariadb: 'mysql', postgresql: 'postgres' };
