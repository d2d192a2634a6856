import { Secret } from '@tributary/connectors/kit/secret';
import { z } from 'zod';
import type { Certificate, CertificateInput, CertificateService } from '../../certificates/service.ts';
import { routeFor } from '../route.ts';
import { Timestamp, timestamp, timestampOrNull } from '../wire-values.ts';
import { PlainName, ProjectParams } from './project-routes.ts';

const route = routeFor<{ readonly certificates: CertificateService }>();

const CertificateFacts = z
  .object({
    subject: z.string(),
    issuer: z.string(),
    serialNumber: z.string().meta({ description: 'Hexadecimal.' }),
    fingerprint: z.string().meta({ description: 'SHA-256.' }),
    notBefore: Timestamp,
    notAfter: Timestamp,
    subjectAltNames: z.array(z.string()),
    isAuthority: z.boolean().meta({ description: 'It may issue others.' }),
  })
  .meta({ id: 'CertificateFacts' });

const CertificateBody = z
  .object({
    id: z.guid(),
    name: z.string(),
    kind: z.enum(['certificate', 'key_store']).meta({ description: 'A key store has a private key.' }),
    hasPrivateKey: z.boolean(),
    certificates: z
      .array(CertificateFacts)
      .meta({ description: 'In a key store the chain, the certificate of its key first.' }),
    expiresAt: Timestamp.nullable().meta({ description: 'When the first of them expires.' }),
    warnings: z
      .array(z.string())
      .meta({ description: 'What has expired, expires within 30 days, or is not valid yet.' }),
    createdAt: Timestamp,
    modifiedAt: Timestamp,
    createdByEmail: z.string().nullable(),
    modifiedByEmail: z.string().nullable(),
  })
  .meta({ id: 'Certificate' });

const Text = z.string().min(1).max(1_048_576);
const Password = z.string().max(1_024);
const content = {
  certificate: Text.optional().meta({ description: 'PEM: certificates, and perhaps their private key.' }),
  privateKey: Text.optional().meta({ description: 'PEM; PKCS#8, PKCS#1 or SEC 1, encrypted or not.' }),
  passphrase: Password.optional().meta({ description: 'Of the private key.' }),
  pkcs12: Text.optional().meta({ description: 'A PKCS#12 file in base64, in the place of PEM.' }),
  password: Password.optional().meta({ description: 'Of the PKCS#12 file.' }),
  allowExpired: z.boolean().optional().meta({ description: 'Take it although it has expired.' }),
};
const Content = z.object(content);

/** Either PEM or PKCS#12, and nothing that belongs to the other. */
function refuseMixed(given: z.output<typeof Content>, issues: z.core.$RefinementCtx): void {
  const add = (path: string, message: string) => issues.addIssue({ code: 'custom', path: [path], message });
  if (given.certificate === undefined && given.pkcs12 === undefined) add('certificate', 'give certificate or pkcs12');
  const foreign =
    given.pkcs12 === undefined ? (['password'] as const) : (['certificate', 'privateKey', 'passphrase'] as const);
  for (const field of foreign) {
    const words = given.pkcs12 === undefined ? 'belongs to pkcs12' : 'cannot stand beside pkcs12';
    if (given[field] !== undefined) add(field, words);
  }
  if (given.pkcs12 !== undefined && !/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(given.pkcs12)) add('pkcs12', 'must be base64');
}

const NewCertificate = z
  .strictObject({ name: PlainName, ...content })
  .superRefine(refuseMixed)
  .meta({ id: 'NewCertificate' });
const CertificateContent = z.strictObject(content).superRefine(refuseMixed).meta({ id: 'CertificateContent' });

const secretOf = (text: string | undefined): Secret | undefined => (text === undefined ? undefined : new Secret(text));

function inputOf(given: z.output<typeof Content>): CertificateInput {
  const allowExpired = given.allowExpired === true;
  if (given.pkcs12 !== undefined) {
    return { type: 'pkcs12', base64: given.pkcs12, password: new Secret(given.password ?? ''), allowExpired };
  }
  return {
    type: 'pem',
    certificates: given.certificate ?? '',
    privateKey: secretOf(given.privateKey),
    passphrase: secretOf(given.passphrase),
    allowExpired,
  };
}

function present(certificate: Certificate): z.output<typeof CertificateBody> {
  return {
    id: certificate.id,
    name: certificate.name,
    kind: certificate.kind,
    hasPrivateKey: certificate.kind === 'key_store',
    certificates: certificate.facts.map(({ notBefore, notAfter, subjectAltNames, ...facts }) => ({
      ...facts,
      notBefore: timestamp(notBefore),
      notAfter: timestamp(notAfter),
      subjectAltNames: [...subjectAltNames],
    })),
    expiresAt: timestampOrNull(certificate.expires_at),
    warnings: [...certificate.warnings],
    createdAt: timestamp(certificate.created_at),
    modifiedAt: timestamp(certificate.modified_at),
    createdByEmail: certificate.created_by_email,
    modifiedByEmail: certificate.modified_by_email,
  };
}

const common = { tag: 'Certificates', inProject: true } as const;
const onAll = { ...common, path: '/projects/:projectName/certificates', params: ProjectParams } as const;
const onOne = {
  ...common,
  path: '/projects/:projectName/certificates/:certificateName',
  params: ProjectParams.extend({ certificateName: z.string() }),
} as const;
const refusals = ['certificate_unusable', 'certificate_expired'] as const;

/** Certificates and key stores of a project, which connections refer to by name. */
export const certificateRoutes = [
  route({
    ...onAll,
    method: 'GET',
    operationId: 'listCertificates',
    summary: 'List the certificates and key stores of a project, by name',
    access: 'source_connections:read',
    returns: { 200: z.array(CertificateBody) },
    errors: ['project_not_found'],
    handler: async ({ actor, params, services }) =>
      (await services.certificates.list(actor, params.projectName)).map(present),
  }),
  route({
    ...onAll,
    method: 'POST',
    operationId: 'createCertificate',
    summary: 'Store a certificate or key store, given as PEM or PKCS#12',
    access: 'source_connections:write',
    body: NewCertificate,
    returns: { 201: CertificateBody },
    errors: ['project_not_found', 'certificate_exists', ...refusals],
    async handler({ actor, params, body: { name, ...given }, services }) {
      return present(await services.certificates.create(actor, params.projectName, name, inputOf(given)));
    },
  }),
  route({
    ...onOne,
    method: 'GET',
    operationId: 'getCertificate',
    summary: 'Show a certificate or key store; its private key is never shown',
    access: 'source_connections:read',
    returns: { 200: CertificateBody },
    errors: ['project_not_found', 'certificate_not_found'],
    handler: async ({ actor, params, services }) =>
      present(await services.certificates.get(actor, params.projectName, params.certificateName)),
  }),
  route({
    ...onOne,
    method: 'PUT',
    operationId: 'replaceCertificate',
    summary: 'Put a renewed certificate or key store in the place of one, under its name',
    access: 'source_connections:write',
    body: CertificateContent,
    returns: { 200: CertificateBody },
    errors: ['project_not_found', 'certificate_not_found', ...refusals],
    async handler({ actor, params, body, services }) {
      const { projectName, certificateName } = params;
      return present(await services.certificates.replace(actor, projectName, certificateName, inputOf(body)));
    },
  }),
  route({
    ...onOne,
    method: 'DELETE',
    operationId: 'deleteCertificate',
    summary: 'Delete a certificate or key store that no connection names',
    access: 'source_connections:write',
    returns: { 200: CertificateBody },
    errors: ['project_not_found', 'certificate_not_found', 'certificate_in_use'],
    handler: async ({ actor, params, services }) =>
      present(await services.certificates.delete(actor, params.projectName, params.certificateName)),
  }),
];
