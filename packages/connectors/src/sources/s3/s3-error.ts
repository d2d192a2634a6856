import { ConnectorError } from '../../kit/connector-error.ts';
import { serviceAddress } from './addresses.ts';
import type { S3Config } from './config.ts';

/** What the SDK makes of an error answer (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html). */
interface S3Answer {
  readonly name?: string;
  readonly Code?: string;
  readonly Region?: string;
  readonly Endpoint?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string | undefined>> };
}

const asAnswer = (error: unknown): S3Answer => (typeof error === 'object' && error !== null ? error : {});

/** S3's word for what was wrong, for example `NoSuchKey`; empty when it said none. */
export function s3Code(error: unknown): string {
  const { Code, name, $metadata } = asAnswer(error);
  return $metadata === undefined ? '' : (Code ?? name ?? '');
}

/** The region that the bucket really lies in, when the answer tells. */
function rightRegion(error: unknown): string | undefined {
  const { $response, Region, Endpoint } = asAnswer(error);
  return (
    $response?.headers?.['x-amz-bucket-region'] ?? Region ?? /\bs3[.-]([a-z]{2}-[a-z-]+-\d)\./.exec(Endpoint ?? '')?.[1]
  );
}

const ELSEWHERE = new Set([
  'PermanentRedirect',
  'TemporaryRedirect',
  'Redirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
  'IncorrectEndpoint',
]);

type Words = (config: S3Config) => string;

const REFUSED: Readonly<Record<string, Words>> = {
  InvalidAccessKeyId: (config) =>
    `The store at ${serviceAddress(config)} does not know the access key id; check it, and the endpoint.`,
  SignatureDoesNotMatch: () => 'The secret access key does not belong to the access key id.',
  ExpiredToken: () => 'The session token has expired; give new temporary credentials.',
  InvalidToken: () => 'The session token is not valid; temporary credentials need all three parts.',
  AuthorizationHeaderMalformed: () => 'The store does not take the credential; check the access key id and the region.',
  NotSignedUp: () => 'The account of the access key is not signed up for S3.',
  AccessDenied: ({ bucket }) =>
    `The key may not list the bucket ${bucket}; grant s3:ListBucket and s3:GetObject for it.`,
};

const MISCONFIGURED: Readonly<Record<string, Words>> = {
  NoSuchBucket: (config) =>
    `There is no bucket ${config.bucket} at ${serviceAddress(config)}; check bucket and endpoint.`,
  InvalidBucketName: ({ bucket }) => `${bucket} is not a name that the store takes for a bucket.`,
  RequestTimeTooSkewed: () => 'The clocks of this machine and of the store differ by more than 15 minutes; set ours.',
};

const PASSING: Readonly<Record<string, Words>> = Object.fromEntries(
  ['RequestTimeout', 'RequestExpired', 'OperationAborted'].map((code) => [
    code,
    () => `The store asked to try again (${code}).`,
  ]),
);

const KINDS = [
  ['credential', REFUSED],
  ['configuration', MISCONFIGURED],
  ['unavailable', PASSING],
] as const;

/** What an error of the SDK means for the whole stream, in words that say what to change. */
export function toConnectorError(error: unknown, config: S3Config): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const code = s3Code(error);
  const region = rightRegion(error);
  const { bucket } = config;
  if (ELSEWHERE.has(code) && region !== undefined && region !== config.region) {
    const words = `The bucket ${bucket} lies in the region ${region}; set region to ${region}.`;
    return new ConnectorError('configuration', words);
  }
  for (const [reason, table] of KINDS) {
    const words = Object.hasOwn(table, code) ? table[code] : undefined;
    if (words) return new ConnectorError(reason, words(config));
  }
  if (ELSEWHERE.has(code)) {
    const words = `The bucket ${bucket} must be asked for elsewhere; check endpoint and region.`;
    return new ConnectorError('configuration', words);
  }
  return strangeAnswer(error, config);
}

function strangeAnswer(error: unknown, config: S3Config): ConnectorError {
  const code = s3Code(error);
  const status = asAnswer(error).$metadata?.httpStatusCode;
  const said = /^\w+$/.test(code) && status !== undefined ? ` (${code}, ${status})` : '';
  const words = `${serviceAddress(config)} did not answer as S3 does${said}; check the endpoint.`;
  return new ConnectorError('invalid_answer', words, { cause: error });
}
