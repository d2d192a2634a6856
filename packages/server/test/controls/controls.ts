/** A security control taken out of the real source, and the tests that must notice. Paths are below `packages/`. */
export interface RemovedControl {
  /** The row of the security tests, as in their titles. */
  readonly row: string;
  readonly removes: string;
  readonly file: string;
  /** Must be there exactly once. */
  readonly from: string;
  readonly to: string;
  readonly tests: readonly string[];
}

const vault = 'server/src/vault/';
const oauth = 'server/src/auth/oauth/';
const kit = 'connectors/src/kit/';

/** Each row of the security tests whose control is in the source, with the smallest edit that takes the control away. */
export const removedControls: readonly RemovedControl[] = [
  {
    row: 'F1-1',
    removes: 'that a sealed value is bound to its organization, row and column',
    file: `${vault}vault.ts`,
    from: "['tributary', part, organizationId, row, column]",
    to: "['tributary', part]",
    tests: [`${vault}vault.test.ts`, `${vault}sealed-values.sqlite.test.ts`],
  },
  {
    row: 'F1-1',
    removes: 'that a changed byte is noticed',
    file: `${vault}aes-gcm.ts`,
    from: 'decipher.update(sealed.subarray(ivBytes + tagBytes)), decipher.final()',
    to: 'decipher.update(sealed.subarray(ivBytes + tagBytes))',
    tests: [`${vault}vault.test.ts`],
  },
  {
    row: 'F1-2',
    removes: 'that a service with wrong keys does not start',
    file: `${vault}open-vault.ts`,
    from: 'if (lacking.length === 0) return;',
    to: 'if (lacking.length >= 0) return;',
    tests: [`${vault}open-vault.test.ts`],
  },
  {
    row: 'F1-3',
    removes: 'that a secret field is masked in what is stored and shown',
    file: 'server/src/connections/settings.ts',
    from: '[name] = secret ? mask : value;',
    to: '[name] = value;',
    tests: ['server/src/connections/settings.test.ts', 'server/src/connections/sealed-settings.test.ts'],
  },
  {
    row: 'F1-4',
    removes: 'that a key needs the scope of the route',
    file: 'server/src/auth/policy.ts',
    from: 'if (!allowed) throw errors.forbidden({ scope });',
    to: '',
    tests: ['server/src/http/access-matrix.test.ts'],
  },
  {
    row: 'F1-4',
    removes: 'that an expired key is turned away',
    file: 'server/src/auth/key-authenticator.ts',
    from: "if (endsAt !== null && endsAt <= now) throw errors.unauthenticated({ reason: 'expired' });",
    to: '',
    tests: ['server/src/auth/api-keys.test.ts'],
  },
  {
    row: 'F1-4',
    removes: 'that a revoked key is turned away',
    file: 'server/src/auth/key-authenticator.ts',
    from: "if (row.revoked_at !== null) throw errors.unauthenticated({ reason: 'unknown' });",
    to: '',
    tests: ['server/src/auth/api-keys.test.ts'],
  },
  {
    row: 'F1-4',
    removes: 'that nobody makes a key stronger than their own',
    file: 'server/src/auth/service.ts',
    from: 'refuseMoreThanOwn(actor, input.scopes);',
    to: '',
    tests: ['server/src/auth/api-keys.test.ts'],
  },
  {
    row: 'F1-6',
    removes: 'that private addresses are refused, in whatever spelling',
    file: `${kit}network-guard.ts`,
    from: 'return isPublic(address) || ranges.some((range) => within(address, range));',
    to: 'return isPublic(address) || address.toString() !== "";',
    tests: [`${kit}network-guard.test.ts`],
  },
  {
    row: 'F1-6',
    removes: 'that every address of a name is looked at',
    file: `${kit}network-guard.ts`,
    from: 'if (!answers.every((answer) => allows(answer.address))) throw refusal(name);',
    to: 'if (!answers.some((answer) => allows(answer.address))) throw refusal(name);',
    tests: [`${kit}network-guard.test.ts`],
  },
  {
    row: 'F1-8',
    removes: 'that the way back belongs to the browser that set out',
    file: `${oauth}sessions/service.ts`,
    from: 'if (browser === undefined || row.browser_hash === null || !isOneTimeText(browser, row.browser_hash))',
    to: "if (browser === 'never')",
    tests: ['server/src/dialects/airweave/oauth-attacks.test.ts'],
  },
  {
    row: 'F1-8',
    removes: 'that a state is good once',
    file: `${oauth}sessions/service.ts`,
    from: "if (row.status !== 'started') throw errors.oauth_session_used({ status: row.status });",
    to: '',
    tests: [`${oauth}sessions/sessions.sqlite.test.ts`, 'server/src/dialects/airweave/oauth-attacks.test.ts'],
  },
  {
    row: 'F1-8',
    removes: 'that only the claim token claims',
    file: `${oauth}sessions/service.ts`,
    from: 'if (!isOneTimeText(claimToken, row.claim_hash)) throw errors.oauth_claim_refused({ id });',
    to: '',
    tests: [`${oauth}sessions/sessions.sqlite.test.ts`, 'server/src/dialects/airweave/oauth-flow.test.ts'],
  },
  {
    row: 'F1-8',
    removes: 'PKCE',
    file: `${oauth}oauth2-client.ts`,
    from: 'const verifier = provider.pkce ? generateRandomCodeVerifier() : undefined;',
    to: 'const verifier = undefined as string | undefined;',
    tests: [`${oauth}oauth2-client.test.ts`],
  },
  {
    row: 'F1-8',
    removes: 'that a browser is sent to listed addresses only',
    file: `${oauth}redirect-urls.ts`,
    from: 'if (!isPlain || !isAllowed(url)) throw',
    to: 'if (!url) throw',
    tests: [`${oauth}redirect-urls.test.ts`],
  },
  {
    row: 'F1-8',
    removes: 'that one process at a time renews a token',
    file: `${oauth}renewal/repository.ts`,
    from: ": eb('renewal_owner', 'is', null),",
    to: ": eb('renewal_fence', '>=', 0),",
    tests: [`${oauth}renewal/lease.sqlite.test.ts`, `${oauth}renewal/processes.sqlite.test.ts`],
  },
  {
    row: 'F1-9',
    removes: 'that the signature covers the body',
    file: 'connectors/src/types/webhook/signature.ts',
    from: 'const content = `${call.id}.${timestamp}.${call.body}`;',
    to: 'const content = `${call.id}.${timestamp}.`;',
    tests: ['connectors/src/types/webhook/signature.test.ts'],
  },
  {
    row: 'F1-11',
    removes: 'that a source connection is looked up inside the organization',
    file: 'server/src/source-connections/repository.ts',
    from: ".where('source_connection.organization_id', '=', organizationId)\n    .where('source_connection.id', '=', id)",
    to: ".where('source_connection.id', '=', id)",
    tests: ['server/src/http/tenant-isolation.test.ts', 'server/src/control/tenant-statements.test.ts'],
  },
  {
    row: 'F1-12',
    removes: 'the limit of requests',
    file: 'server/src/http/gate.ts',
    from: 'if (!allowance.allowed) throw errors.rate_limited({ retryAfterSeconds: allowance.retryAfterSeconds });',
    to: '',
    tests: ['server/src/http/server.test.ts'],
  },
  {
    row: 'F1-13',
    removes: 'the limit of nesting',
    file: 'server/src/http/request-body.ts',
    from: 'if (depth > limits.depth) return `it nests deeper than ${limits.depth} levels`;',
    to: '',
    tests: ['server/src/http/request-body.test.ts'],
  },
  {
    row: 'F1-15',
    removes: 'that fields named like secrets stay out of the log',
    file: 'server/src/lib/log-fields.ts',
    from: 'SECRET_NAMES.test(name) && holdsText(value) ? MARK : ofValue(value, depth),',
    to: 'ofValue(value, depth),',
    tests: ['server/src/lib/log.test.ts'],
  },
  {
    row: 'F1-15',
    removes: 'that known secrets are taken out of texts',
    file: `${kit}redact-text.ts`,
    from: '.reduce((rest, secret) => rest.replaceAll(secret, MARK), text);',
    to: '.reduce((rest, secret) => (secret === MARK ? rest : rest), text);',
    tests: [`${kit}redact-text.test.ts`],
  },
  {
    row: 'F1-16',
    removes: 'that a changed event is noticed',
    file: 'server/src/audit/chain.ts',
    from: "return hashEvent(event) === stored ? undefined : 'altered';",
    to: "return hashEvent(event) === '' ? 'altered' : undefined;",
    tests: ['server/src/audit/chain.sqlite.test.ts'],
  },
  {
    row: 'F1-18',
    removes: 'that pages of other origins are let in by name only',
    file: 'server/src/http/response-headers.ts',
    from: 'if (origin === undefined || !origins.includes(origin)) return {};',
    to: 'if (origin === undefined) return {};',
    tests: ['server/src/http/server.test.ts'],
  },
  {
    row: 'F1-20',
    removes: 'that links do not lead out of the folders that are open',
    file: `${kit}root-file-access.ts`,
    from: 'if ((await lstat(current)).isSymbolicLink()) {',
    to: "if ((await lstat(current)).isSymbolicLink() && path === '') {",
    tests: [`${kit}root-file-access.test.ts`],
  },
  {
    row: 'F1-22',
    removes: 'that answers name what the source has written',
    file: 'server/src/search/untrusted-text.ts',
    from: '  text: true,\n',
    to: '  text: false,\n',
    tests: ['server/src/search/untrusted-text.test.ts'],
  },
];
