import { createHmac } from 'node:crypto';
import { hasPlaceholder } from '../../kit/placeholders.ts';
import type { Secret } from '../../kit/secret.ts';

/** Of the secrets that Standard Webhooks hands out: base64 of 24 to 64 bytes. */
const SECRET = /^(?:whsec_)?([A-Za-z0-9+/]{32,86}={0,2})$/;

/** The secrets of a field: one, or the new and the old one parted by a space while receivers change over. */
const partsOf = (field: Secret): readonly string[] => field.reveal().trim().split(/\s+/);

export function areSigningSecrets(field: Secret): boolean {
  return partsOf(field).every((part) => SECRET.test(part) || hasPlaceholder(part));
}

/**
 * The headers that prove to a receiver who sent a call, when, and that its body is as it was (Standard Webhooks 1.0.0, sections
 * "Webhook Headers" and "Signature scheme"): one `v1` signature for each secret. `at` is in milliseconds.
 */
export function signatureHeaders(
  field: Secret,
  call: { readonly id: string; readonly at: number; readonly body: string },
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(call.at / 1_000));
  const signatures = partsOf(field).map((secret) => {
    const [, base64 = ''] = SECRET.exec(secret) ?? [];
    const content = `${call.id}.${timestamp}.${call.body}`;
    return `v1,${createHmac('sha256', Buffer.from(base64, 'base64')).update(content).digest('base64')}`;
  });
  return { 'webhook-id': call.id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
