import type { Secret } from './secret.ts';

/** What is known when a person is sent to the provider. */
export interface ConsentValues {
  readonly clientId: string;
  /** Where the provider sends the browser back to. */
  readonly redirectUri: string;
  readonly state: string;
  /** PKCE's (RFC 7636); absent where the provider's row says no to PKCE. */
  readonly verifier: string | undefined;
  /** What the user gave for the row's `parameters`, checked by their patterns. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The same, when the person is back with a code. */
export interface ExchangeValues extends ConsentValues {
  readonly clientSecret: Secret | undefined;
  readonly code: string;
}

/** One request for tokens, by POST. */
export interface DeclaredTokenRequest {
  readonly url: string;
  /** By lower-case names; the content type is that of the body. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly type: 'form' | 'json';
    readonly values: Readonly<Record<string, string>>;
  };
}

/**
 * An authorization code grant whose requests somebody's specification spells out, where data of a provider's row could not say
 * it. Addresses come as texts that nobody has checked: whoever uses them checks scheme, host, state and redirect target.
 */
export interface DeclaredRequests {
  /** Names in the provider's answer to the browser; RFC 6749 §4.1.2 has `code` and `state`. */
  readonly answer: { readonly code: string; readonly state: string };
  /** The name in the consent address of where the browser is sent back to. */
  readonly redirectName: string;
  consentUrl(values: ConsentValues): string;
  tokenRequest(values: ExchangeValues): DeclaredTokenRequest;
}
