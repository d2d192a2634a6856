import { createPrivateKey } from 'node:crypto';
import { makeCertificate, makePkcs12 } from '../../src/certificates/testing/made-certificates.ts';

/** Calls the service; every answer is looked at later. */
type Call = (method: string, path: string, body?: unknown) => Promise<{ readonly status: number; readonly body: any }>; // oxlint-disable-line typescript/no-explicit-any -- of many shapes

export interface RoutePlanting {
  readonly call: Call;
  readonly plant: () => string;
  /** Answers in the place of vendors. */
  readonly upstream: { readonly host: string; readonly port: number };
  readonly collection: string;
  /** The description of the API, as it is served. */
  readonly openapi: { readonly paths: Readonly<Record<string, unknown>> };
}

const secretName = /secret|token|passw|auth|credential|private|key/i;

/** Fields of bodies that take secrets, all of them planted; a new one belongs here and into `plantInRoutes`. */
const planted = new Set([
  'credentials',
  'authentication',
  'auth_fields',
  'access_token',
  'refresh_token',
  'client_secret',
  'clientSecret',
  'consumer_key',
  'consumer_secret',
  'claim_token',
  'privateKey',
  'passphrase',
  'password',
]);

/** Fields that only sound like it. */
const harmless = new Set(['key', 'secret', 'auth_provider', 'auth_provider_config']);

/** Fields of bodies, of all routes, whose names sound like secrets and that nobody plants. */
export function unplantedFields(openapi: unknown): readonly string[] {
  return [...new Set(propertiesOf(openapi))].filter(
    (name) => secretName.test(name) && !planted.has(name) && !harmless.has(name),
  );
}

/** Names of all properties of all request bodies of a description of an API. */
function propertiesOf(openapi: unknown): readonly string[] {
  const names: string[] = [];
  const seen = new Set<unknown>();
  const at = (value: unknown, name: string): unknown => (value as Record<string, unknown> | undefined)?.[name];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    const ref = at(value, '$ref');
    if (typeof ref === 'string') visit(ref.split('/').slice(1).reduce(at, openapi));
    names.push(...Object.keys((at(value, 'properties') as object | undefined) ?? {}));
    Object.values(value).forEach(visit);
  };
  for (const path of Object.values((at(openapi, 'paths') as object | undefined) ?? {}))
    for (const operation of Object.values(path as object)) visit(at(operation, 'requestBody'));
  return names;
}

/** Gives secrets to every route that takes some beside those of connectors: clients, outside vaults, tokens. */
export async function plantInRoutes(planting: RoutePlanting): Promise<void> {
  const { call, plant, openapi } = planting;
  const has = (path: string) => path in openapi.paths;
  if (has('/tributary/v1/oauth-clients')) {
    const client = { name: 'Canary', shortName: 'github', clientId: 'shown', clientSecret: plant() };
    const { body } = await call('POST', '/tributary/v1/oauth-clients', client);
    await call('PATCH', `/tributary/v1/oauth-clients/${body?.id ?? 'none'}`, { clientSecret: plant() });
    await call('PATCH', `/tributary/v1/oauth-clients/${body?.id ?? 'none'}`, { clientSecret: [plant()] });
  }
  if (has('/v1/auth-providers')) await plantInAuthProviders(planting);
  if (has('/tributary/v1/projects/{projectName}/variables')) await plantInProjects(planting);
  if (has('/api/integration-sources')) await plantInIntegrationSources(planting);
  if (has('/apiops/projects/{projectName}/connections')) await plantInConnections(planting);
  await plantInTokens(planting);
}

/** Tokens and clients for a source without OAuth, so that nobody outside is asked. */
async function plantInTokens({ call, plant, collection }: RoutePlanting): Promise<void> {
  const stub = { short_name: 'stub', readable_collection_id: collection };
  for (const authentication of [
    { access_token: plant() },
    { access_token: plant(), refresh_token: plant() },
    { client_id: 'shown', client_secret: plant() },
    { consumer_key: plant(), consumer_secret: plant() },
    { access_token: { value: plant() }, client_secret: [plant()] },
  ]) {
    const { body } = await call('POST', '/v1/source-connections', { ...stub, authentication });
    const id = body?.id ?? 'none';
    await call('POST', `/v1/source-connections/${id}/verify-oauth`, { claim_token: plant() });
    await call('PATCH', `/v1/source-connections/${id}`, { authentication });
  }
}

/** Variables that are secret, keys with their passphrases, and some of what is refused. */
async function plantInProjects({ call, plant }: RoutePlanting): Promise<void> {
  const path = '/tributary/v1/projects/default';
  for (const level of [path, `${path}/environments/production`]) {
    await call('PUT', `${level}/variables/planted`, { value: plant(), secret: true });
    await call('PUT', `${level}/variables/planted`, { value: plant() });
    await call('PUT', `${level}/variables/planted`, { secret: false });
    await call('PUT', `${level}/variables/planted`, { value: [plant()], secret: true });
    await call('PUT', `${level}/variables/planted`, { value: plant(), secret: 'yes' });
    await call('GET', `${level}/variables`);
    await call('DELETE', `${level}/variables/planted`);
  }
  const { certificate, privateKey } = makeCertificate({ name: 'planted.example' });
  const passphrase = plant();
  const key = createPrivateKey(privateKey);
  const encrypted = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase });
  const given: readonly object[] = [
    { certificate, privateKey: encrypted, passphrase },
    { certificate, privateKey: encrypted, passphrase: plant() },
    { certificate, privateKey: plant() },
    { certificate, privateKey: `-----BEGIN PRIVATE KEY-----\n${plant()}\n-----END PRIVATE KEY-----` },
    { certificate: `-----BEGIN CERTIFICATE-----\n${plant()}\n-----END CERTIFICATE-----` },
    { certificate, passphrase: [plant()] },
    { pkcs12: makePkcs12({ certificate, privateKey }, passphrase), password: passphrase },
    { pkcs12: makePkcs12({ certificate, privateKey }, passphrase), password: plant() },
    { pkcs12: plant(), password: plant() },
  ];
  for (const [at, body] of given.entries()) {
    await call('POST', `${path}/certificates`, { name: `planted-${at}`, ...body });
    await call('PUT', `${path}/certificates/planted-0`, body);
  }
  await call('GET', `${path}/certificates`);
}

async function plantInIntegrationSources({ call, plant, upstream }: RoutePlanting): Promise<void> {
  const path = '/api/integration-sources';
  const wanted = { name: 'Canary', source_type: 'database', connector_type: 'postgres' };
  const place = { host: upstream.host, port: upstream.port, database: 'app', sslmode: 'disable', username: 'me' };
  const configuration = () => ({ ...place, password: plant() });
  const { body } = await call('POST', path, { ...wanted, configuration: configuration() });
  const one = `${path}/${body?.id ?? 'none'}`;
  await call('PUT', one, { configuration: configuration() });
  await call('PUT', one, { configuration: { password: [plant()] } });
  await call('POST', path, { ...wanted, configuration: { ...place, passwrod: plant() } });
  for (const part of ['/test', '/sync', '/description/generate']) await call('POST', `${one}${part}`, {});
  for (const part of ['', '/streams', '/columns', '/relationships', '/jobs']) await call('GET', `${one}${part}`);
}

/** Connections by name: made, changed, tested, refused and read back. */
async function plantInConnections({ call, plant, upstream }: RoutePlanting): Promise<void> {
  const { host, port } = upstream;
  const url = `http://${host}:${port}`;
  const made: readonly (() => Readonly<Record<string, unknown>>)[] = [
    () => ({ type: 'email', host, port, auth: true, username: 'me', password: plant() }),
    () => ({ type: 'webhook', fullUrl: url, headerList: [{ name: 'Authorization', value: plant() }] }),
  ];
  for (const [place, body] of made.entries()) {
    const path = `/apiops/projects/default/connections/canary-${place}`;
    await call('POST', path, body());
    await call('PUT', path, body());
    await call('PUT', path, { ...body(), port: 0, fullUrl: 7 });
    await call('PUT', path, JSON.stringify(body()).slice(0, -2));
    await call('POST', `${path}/test-connection`);
    await call('POST', `${path}/test-connection`, body());
    await call('GET', path);
    await call('GET', `/apiops/projects/default/connections?type=${String(body()['type'])}`);
  }
  for (const secret of [plant(), `trib_${plant()}`])
    await call('POST', '/apiops/auth/token', {
      grant_type: 'client_credentials',
      client_id: 'shown',
      client_secret: secret,
    });
}

async function plantInAuthProviders({ call, plant, upstream }: RoutePlanting): Promise<void> {
  const { body: kinds } = await call('GET', '/v1/auth-providers/list');
  for (const { short_name: kind } of kinds as readonly { readonly short_name: string }[]) {
    const { body: detail } = await call('GET', `/v1/auth-providers/detail/${kind}`);
    const fields = detail.auth_fields.fields as readonly { readonly name: string; readonly is_secret: boolean }[];
    // The others have an address of their own, which no test may ask.
    if (!fields.some(({ name }) => name === 'base_url')) continue;
    const valueOf = ({ name, is_secret: secret }: (typeof fields)[number]) =>
      secret ? plant() : name === 'base_url' ? `http://${upstream.host}:${upstream.port}` : 'plain';
    const fill = () => Object.fromEntries(fields.map((field) => [field.name, valueOf(field)]));
    // The upstream answers each request otherwise; one of these is taken.
    for (let turn = 0; turn < 6; turn += 1) {
      const given = { name: `Canary ${turn}`, short_name: kind, auth_fields: fill() };
      const { body: made } = await call('POST', '/v1/auth-providers', given);
      await call('PUT', `/v1/auth-providers/${made?.readable_id ?? 'none'}`, { auth_fields: fill() });
    }
  }
}
