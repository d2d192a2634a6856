import { ConnectorError } from '../../kit/connector-error.ts';
import type { TlsSettings } from '../../kit/context.ts';
import type { HttpClient, HttpResponse } from '../../kit/http-client.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { Secret } from '../../kit/secret.ts';
import type { ElasticsearchSettings } from './fields.ts';
import { openKeyStoreFile, type KeyStoreContent } from './key-store-file.ts';

export interface ClusterRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With its query; names in it are encoded already. */
  readonly path: string;
  readonly json?: JsonObject;
  /** Statuses beside 2xx that are answers. */
  readonly accept?: readonly number[];
}

/** The REST API of a cluster, at the first of its nodes that answers. */
export interface Cluster {
  /** Throws `ConnectorError`. */
  ask(request: ClusterRequest): Promise<HttpResponse>;
}

export interface ClusterContext {
  readonly http: HttpClient;
  readonly signal: AbortSignal;
  readonly settings: ElasticsearchSettings;
}

export function openCluster({ http, signal, settings }: ClusterContext): Cluster {
  let opening: Promise<TlsSettings | undefined> | undefined;
  const authorization = authorizationOf(settings);
  const one = async (origin: string, { accept, method, path, json }: ClusterRequest): Promise<HttpResponse> => {
    opening ??= tlsSettings(settings);
    const tls = await opening;
    return http.request({
      url: `${origin}${path}`,
      method,
      // Everything that is asked here only reads.
      idempotent: true,
      redirects: 'answer',
      signal: AbortSignal.any([signal, AbortSignal.timeout(settings.connectionTimeoutInMs)]),
      ...(json && { json }),
      ...(accept && { accept }),
      ...(authorization && { headers: { authorization } }),
      ...(tls && { tls }),
    });
  };
  return {
    async ask(request) {
      let last: unknown;
      for (const { scheme, host, port } of settings.elasticHostList) {
        const origin = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
        try {
          return await one(origin, request);
        } catch (error) {
          signal.throwIfAborted();
          last = judged(error, `${host}:${port}`);
          if (!(last instanceof ConnectorError) || last.reason !== 'unavailable') throw last;
        }
      }
      throw last;
    },
  };
}

function judged(error: unknown, where: string): unknown {
  if (error instanceof ConnectorError && error.reason === 'unavailable')
    return new ConnectorError('unavailable', `${error.message} Check ${where}, http or https, and the certificates.`, {
      cause: error,
    });
  if (error instanceof ConnectorError && error.reason === 'credential')
    return new ConnectorError(
      'credential',
      `${where} refuses the login; check authenticate, elasticUsername and elasticPassword, and that the user may read.`,
      { cause: error },
    );
  if (error instanceof ConnectorError) return error;
  return new ConnectorError(
    'unavailable',
    `${where} gave no answer in time. Check host and port, or raise connectionTimeoutInMs.`,
    { cause: error },
  );
}

function authorizationOf({
  authenticate,
  elasticUsername,
  elasticPassword,
}: ElasticsearchSettings): Secret | undefined {
  if (!authenticate || elasticUsername === null) return undefined;
  const pair = `${elasticUsername}:${elasticPassword?.reveal() ?? ''}`;
  return new Secret(`Basic ${Buffer.from(pair).toString('base64')}`);
}

/** One object for each client, since connections are kept by it; `undefined` when nothing differs from plain https. */
export async function tlsSettings(settings: ElasticsearchSettings): Promise<TlsSettings | undefined> {
  const { encryptCommunication, disableHostnameVerification: anyName } = settings;
  if (!encryptCommunication) return anyName ? { anyName } : undefined;
  const trusted = settings.caTruststoreFile
    ? await openKeyStoreFile(settings.caTruststoreFile, settings.caTruststoreFilePass, 'caTruststoreFile')
    : undefined;
  const ca = [await authority(settings), trusted?.certificates].filter((pem) => pem !== undefined).join('');
  const own = await ownCertificate(settings);
  return {
    ...(anyName && { anyName }),
    ...(ca !== '' && { ca }),
    ...(own?.privateKey && { cert: own.certificates, key: own.privateKey }),
  };
}

async function ownCertificate(settings: ElasticsearchSettings): Promise<KeyStoreContent | undefined> {
  const { encryptCommunicationType: kind, caKeystoreFile: store, caKeystoreFilePass: password } = settings;
  if (kind !== 'CERT_AND_PRIVATE_KEY_IN_PKCS_12' || !store) return undefined;
  const own = await openKeyStoreFile(store, password, 'caKeystoreFile');
  if (own.privateKey) return own;
  throw new ConnectorError('configuration', 'caKeystoreFile holds no private key; give one that does.');
}

async function authority(settings: ElasticsearchSettings): Promise<string | undefined> {
  const { encryptCommunicationType: kind, caCertInPkcs12File: store, caInPemFile: pem } = settings;
  if (kind === 'CA_CERTIFICATE_IN_PKCS_12' && store)
    return (await openKeyStoreFile(store, settings.caTruststoreFilePass, 'caCertInPkcs12File')).certificates;
  if (kind !== 'CA_IN_PEM_FILE' || !pem) return undefined;
  const text = Buffer.from(pem.reveal(), 'base64').toString('utf8');
  if (text.includes('-----BEGIN CERTIFICATE-----')) return `${text.trimEnd()}\n`;
  throw new ConnectorError('configuration', 'caInPemFile is not a PEM file in Base64; give one.');
}

/** What the cluster says of itself. Throws `ConnectorError('invalid_answer')` when it is none. */
export async function identify(
  cluster: Cluster,
): Promise<{ readonly name: string; readonly version: string; readonly isOpenSearch: boolean }> {
  const said = (await cluster.ask({ method: 'GET', path: '/' })).json();
  const { cluster_name: name, version } = (said ?? {}) as { cluster_name?: Json; version?: JsonObject };
  if (typeof name !== 'string' || typeof version?.['number'] !== 'string')
    throw new ConnectorError('invalid_answer', 'The host does not answer as Elasticsearch does; check host and port.');
  return { name, version: version['number'], isOpenSearch: version['distribution'] === 'opensearch' };
}
