import { ConnectorError } from '../../kit/connector-error.ts';
import type { Driver } from './driver.ts';
import type { DbType } from './fields.ts';

/** The driver of each kind, loaded on use; or why there is none. */
const DRIVERS: Readonly<Record<DbType, (() => Promise<Driver>) | string>> = {
  POSTGRES: () => import('./drivers/postgres.ts').then((module) => module.connect),
  MYSQL: () => import('./drivers/mysql.ts').then((module) => module.connect),
  SQL_SERVER: () => import('./drivers/sql-server.ts').then((module) => module.connect),
  ORACLE: () => import('./drivers/oracle.ts').then((module) => module.connect),
  MONGODB: () => import('./drivers/mongodb.ts').then((module) => module.connect),
  TRINO: () => import('./drivers/trino.ts').then((module) => module.connect),
  SYBASE: 'the only drivers are jConnect and jTDS, which are Java',
  DB2: 'ibm_db needs IBM’s own client library, which npm does not bring',
  APACHE_HIVE: 'hive-driver opens its own sockets, around the guard against private addresses',
  APACHE_IMPALA: 'hive-driver opens its own sockets, around the guard against private addresses',
};

/** Throws `ConnectorError('configuration')` that names what is missing. */
export async function driverFor(dbType: DbType): Promise<Driver> {
  const found = DRIVERS[dbType];
  if (typeof found !== 'string') return await found();
  const advice = `Use another kind of connection, or see the README of the type database for how to add a driver.`;
  throw new ConnectorError('configuration', `No driver for ${dbType} can be used here: ${found}. ${advice}`);
}
