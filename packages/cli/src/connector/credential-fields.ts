import type { ManifestAnswers } from './manifest-answers.ts';

export interface SettingField {
  readonly name: string;
  readonly title: string;
  readonly secret: boolean;
  /** More of its schema, as YAML. */
  readonly format?: string;
  /** What stands in the example. */
  readonly example: string;
}

const secret = (name: string, title: string): SettingField => ({
  name,
  title,
  secret: true,
  example: `your ${title.toLowerCase()}`,
});

const FIELDS: Readonly<Record<string, readonly SettingField[]>> = {
  none: [],
  'api-key-header': [secret('api_key', 'API key')],
  'api-key-query': [secret('api_key', 'API key')],
  bearer: [secret('api_token', 'Token')],
  basic: [
    { name: 'username', title: 'User', secret: false, example: 'your user name' },
    secret('password', 'Password'),
  ],
  oauth: [
    { name: 'client_id', title: 'Client id', secret: false, example: 'your client id' },
    secret('client_secret', 'Client secret'),
    secret('refresh_token', 'Refresh token'),
  ],
};

const START: SettingField = {
  name: 'start_date',
  title: 'Start date',
  secret: false,
  format: 'format: date-time',
  example: '2024-01-01T00:00:00Z',
};

/** The settings of a new connector: its credentials, and from when on it reads. */
export function credentialFields({ auth = 'none', incremental = 'none' }: ManifestAnswers): readonly SettingField[] {
  return [...(FIELDS[auth] ?? []), ...(incremental === 'none' ? [] : [START])];
}
