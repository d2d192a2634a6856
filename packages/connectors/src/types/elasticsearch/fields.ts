import { z } from 'zod';
import type { ConditionIssue } from '../../kit/connection-type.ts';
import {
  choice,
  flag,
  integer,
  list,
  optionalChoice,
  optionalInteger,
  optionalText,
  port,
  requiredText,
  secretText,
  text,
} from '../../kit/type-fields.ts';

const MAX_INT = 2_147_483_647;
const number = (title: string, min = 0) => optionalInteger({ title, min, max: MAX_INT });
const file = (title: string) => secretText({ title, description: 'The file in Base64.' });

export const TLS_KINDS = ['CA_CERTIFICATE_IN_PKCS_12', 'CA_IN_PEM_FILE', 'CERT_AND_PRIVATE_KEY_IN_PKCS_12'] as const;

const Policy = z.object({
  policyName: text({ title: 'Name', default: 'apinizer-log-ilm-policy-default' }),
  enableHotPhase: flag({ title: 'Hot phase', default: false }),
  maxAgeOfRollover: number('Age of a rollover, in days'),
  maxIndexSizeOfRollover: number('Size of a rollover, in GB'),
  maxDocCountOfRollover: number('Documents of a rollover'),
  enableWarmPhase: flag({ title: 'Warm phase', default: false }),
  numberOfReplicasForWarm: number('Replicas in the warm phase'),
  maxNumShardsForShrink: number('Shards after shrinking'),
  maxNumSegmentsForForceMerge: number('Segments after merging'),
  enableColdPhase: flag({ title: 'Cold phase', default: false }),
  minAgeOfCold: number('Age of the cold phase, in days'),
  numberOfReplicasForCold: number('Replicas in the cold phase'),
  enableDeletePhase: flag({ title: 'Delete phase', default: false }),
  minAgeOfDelete: number('Age of deletion, in days'),
});

/** Fields and defaults as Apinizer documents the connection type `elasticsearch`; its second `type` is `elasticsearchType` here. */
export const shape = {
  elasticsearchType: choice(['READ_WRITE', 'READ'], { title: 'Use', default: 'READ_WRITE' }),
  administrate: flag({ title: 'Administrate', default: false }),
  elasticHostList: list(
    z.object({
      scheme: choice(['http', 'https'], { title: 'Scheme', default: 'http' }),
      host: requiredText({ title: 'Host' }),
      port: port({ title: 'Port', default: 9_200 }),
    }),
    { title: 'Nodes', description: 'They are asked in this order.', min: 1 },
  ),
  authenticate: flag({ title: 'Log in', default: false }),
  elasticUsername: optionalText({ title: 'User' }),
  elasticPassword: secretText({ title: 'Password' }),
  encryptCommunication: flag({ title: 'Own certificates', description: 'With https only.', default: false }),
  encryptCommunicationType: optionalChoice(TLS_KINDS, { title: 'Kind of certificates' }),
  caCertInPkcs12File: file('Authority, PKCS#12'),
  caCertInPkcs12FileContentType: optionalText({ title: 'Content type of that file' }),
  caInPemFile: file('Authority, PEM'),
  caInPemFileContentType: optionalText({ title: 'Content type of that file' }),
  caKeystoreFile: file('Own certificate and key, PKCS#12'),
  caKeystoreFileContentType: optionalText({ title: 'Content type of that file' }),
  caKeystoreFilePass: secretText({ title: 'Password of the key store' }),
  caTruststoreFile: file('Trusted certificates, PKCS#12'),
  caTruststoreFileContentType: optionalText({ title: 'Content type of that file' }),
  caTruststoreFilePass: secretText({
    title: 'Password of the trust store',
    description: 'Also of the authority in PKCS#12.',
  }),
  disableHostnameVerification: flag({ title: 'Take any name', default: false }),
  indexLifecyclePolicyCreated: flag({ title: 'Lifecycle policy', default: false }),
  indexLifecyclePolicy: z
    .preprocess((given) => given ?? null, Policy.nullable())
    .meta({ title: 'Lifecycle policy', description: 'Kept; policies are not made from here.', default: null }),
  indexTemplateCreated: flag({ title: 'Index template', default: false }),
  indexTemplateName: optionalText({ title: 'Name of the template' }),
  indexName: optionalText({ title: 'Index', description: 'Also what is read when nothing else is named.' }),
  indexNumberOfShards: number('Shards', 1),
  indexNumberOfReplicas: number('Replicas'),
  indexRefreshInterval: optionalInteger({ title: 'Refresh interval', description: 'Seconds.', min: -1, max: MAX_INT }),
  connectionTimeoutInMs: integer({
    title: 'Timeout',
    description: 'Milliseconds.',
    default: 30_000,
    min: 1,
    max: MAX_INT,
  }),
  socketReuseAddress: flag({ title: 'Reuse addresses', description: 'Kept; Node decides.', default: false }),
  socketKeepAlive: flag({ title: 'Keep alive', description: 'Kept; sockets are always kept alive.', default: false }),
  ioThreads: number('I/O threads', 1),
  maxConnectionPerHost: number('Sockets to a host', 1),
  maxConnectionTotal: number('Sockets in all', 1),
};
export const Fields = z.object(shape);
export type ElasticsearchSettings = z.output<typeof Fields>;

export function conditions(settings: ElasticsearchSettings): readonly ConditionIssue[] {
  const issues: ConditionIssue[] = [];
  const need = (field: keyof ElasticsearchSettings, message: string): void => {
    if (settings[field] === null) issues.push({ path: [field], message });
  };
  if (settings.authenticate === true) {
    need('elasticUsername', 'Give the user to log in as.');
    need('elasticPassword', 'Give the password of the user.');
  }
  if (settings.encryptCommunication === true) {
    need('encryptCommunicationType', `Give one of ${TLS_KINDS.join(', ')}.`);
    if (settings.encryptCommunicationType === 'CA_CERTIFICATE_IN_PKCS_12')
      need('caCertInPkcs12File', 'Give the authority as a PKCS#12 file in Base64.');
    if (settings.encryptCommunicationType === 'CA_IN_PEM_FILE')
      need('caInPemFile', 'Give the authority as a PEM file in Base64.');
    if (settings.encryptCommunicationType === 'CERT_AND_PRIVATE_KEY_IN_PKCS_12') {
      need('caKeystoreFile', 'Give certificate and key as a PKCS#12 file in Base64.');
      need('caKeystoreFilePass', 'Give the password of the key store.');
    }
  }
  if (settings.indexLifecyclePolicyCreated === true) need('indexLifecyclePolicy', 'Give the lifecycle policy.');
  const { indexLifecyclePolicy: policy } = settings;
  if (policy !== null) {
    const phases = [policy.enableHotPhase, policy.enableWarmPhase, policy.enableColdPhase, policy.enableDeletePhase];
    if (phases.every((phase) => phase === false))
      issues.push({ path: ['indexLifecyclePolicy'], message: 'Give the policy at least one phase.' });
  }
  if (settings.indexTemplateCreated === true) need('indexTemplateName', 'Give the name of the template.');
  return issues;
}
