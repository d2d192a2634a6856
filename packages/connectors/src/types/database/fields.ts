import { z } from 'zod';
import type { ConditionIssue } from '../../kit/connection-type.ts';
import { flag, integer, optionalText, requiredChoice, requiredText, secretText } from '../../kit/type-fields.ts';
import { jdbcUrlProblem } from './jdbc-url.ts';

/** The kinds of databases that Apinizer documents for the connection type `database`. */
export const DB_TYPES = [
  'ORACLE',
  'MYSQL',
  'POSTGRES',
  'SQL_SERVER',
  'SYBASE',
  'DB2',
  'APACHE_HIVE',
  'APACHE_IMPALA',
  'MONGODB',
  'TRINO',
] as const;
export type DbType = (typeof DB_TYPES)[number];

/** How many connections are held and for how long, as the contract has it when nothing is said. Times are milliseconds. */
export const poolDefaults = {
  initialPoolSize: 1,
  minPoolSize: 1,
  maxPoolSize: 5,
  incrementCount: 1,
  maxStatements: 100,
  idleConnectionTestPeriod: 30_000,
  connectionTimeout: 30_000,
  testConnectionOnCheckout: true,
  testConnectionOnCheckin: false,
  maxConnectionAge: 180_000,
  maxIdleTime: 120_000,
} as const;

const MOST_CONNECTIONS = 1_000;
const LONGEST_MS = 7 * 24 * 3_600_000;

type Count = 'initialPoolSize' | 'minPoolSize' | 'maxPoolSize' | 'incrementCount' | 'maxStatements';
type Time = 'idleConnectionTestPeriod' | 'connectionTimeout' | 'maxConnectionAge' | 'maxIdleTime';

const count = (name: Count, title: string, min: number, max = MOST_CONNECTIONS, description?: string) =>
  integer({ title, default: poolDefaults[name], min, max, ...(description !== undefined && { description }) });
const milliseconds = (name: Time, title: string, description: string) =>
  integer({ title, description: `Milliseconds. ${description}`, default: poolDefaults[name], min: 0, max: LONGEST_MS });

export const DatabaseFields = z.object({
  dbType: requiredChoice(DB_TYPES, { title: 'Kind of database' }),
  jdbcUrl: requiredText({
    title: 'JDBC URL',
    description: 'For example jdbc:postgresql://db.example.com:5432/shop. Holds no password.',
  }),
  useCredentials: flag({ title: 'Log in with user and password', default: true }),
  username: optionalText({ title: 'User' }),
  password: secretText({ title: 'Password' }),
  databaseName: optionalText({ title: 'Database', description: 'Used when the URL names none.' }),
  initialPoolSize: count('initialPoolSize', 'Connections at the start', 0),
  minPoolSize: count('minPoolSize', 'Fewest connections', 0),
  maxPoolSize: count('maxPoolSize', 'Most connections', 1),
  incrementCount: count('incrementCount', 'Connections opened at a time', 1, MOST_CONNECTIONS, 'When all are in use.'),
  maxStatements: count('maxStatements', 'Prepared statements kept', 0, 1_000_000),
  idleConnectionTestPeriod: milliseconds('idleConnectionTestPeriod', 'Test of idle connections', '0: never.'),
  connectionTimeout: milliseconds('connectionTimeout', 'Longest wait for a connection', '0: without end.'),
  testConnectionOnCheckout: flag({ title: 'Test before use', default: poolDefaults.testConnectionOnCheckout }),
  testConnectionOnCheckin: flag({ title: 'Test after use', default: poolDefaults.testConnectionOnCheckin }),
  maxConnectionAge: milliseconds('maxConnectionAge', 'Longest life of a connection', '0: without end.'),
  maxIdleTime: milliseconds('maxIdleTime', 'Longest idle time', '0: without end.'),
  selectedEnvironmentId: optionalText({ title: 'Environment' }),
});
export type DatabaseSettings = z.output<typeof DatabaseFields>;

/** What the fields together must satisfy; values with a placeholder are taken to be right. */
export function databaseConditions(settings: DatabaseSettings): readonly ConditionIssue[] {
  const issues: ConditionIssue[] = [];
  const urlProblem = jdbcUrlProblem(settings.dbType, settings.jdbcUrl);
  if (urlProblem !== undefined) issues.push({ path: ['jdbcUrl'], message: urlProblem });
  if (settings.useCredentials === true) {
    if (settings.username === null)
      issues.push({ path: ['username'], message: 'User is required, unless useCredentials is false.' });
    if (settings.password === null)
      issues.push({ path: ['password'], message: 'Password is required, unless useCredentials is false.' });
  }
  const { minPoolSize, maxPoolSize } = settings;
  if (Number.isInteger(minPoolSize) && Number.isInteger(maxPoolSize) && minPoolSize > maxPoolSize)
    issues.push({ path: ['minPoolSize'], message: `Give at most maxPoolSize (${maxPoolSize}).` });
  return issues;
}
