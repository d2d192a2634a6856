import type { Authorization } from '../../kit/authorization.ts';
import type { HttpRequest } from '../../kit/http-client.ts';
import type { ManifestResponse, RequestParts } from '../model/request.ts';

/** A request as it stands before it is authenticated; quota pools and signatures look at it. */
export interface UnsignedRequest {
  readonly method: NonNullable<HttpRequest['method']>;
  readonly url: URL;
  readonly parts: RequestParts;
}

export interface AuthenticatedParts {
  readonly parts: RequestParts;
  /** Plain texts inside `parts` that nobody may see and that the configuration does not hold: tokens that were fetched. */
  readonly secrets?: readonly string[];
  /** Makes a header of its own instead: somebody else keeps the token. */
  readonly authorization?: Authorization;
  /** Called when the source answered 401; `true` when there is a newer token to ask with. */
  readonly refused?: () => Promise<boolean>;
}

/** How requests of a stream prove who asks; ports of custom authenticators give one, too. */
export interface Authenticator {
  /** What proves it, renewed when it is due. Throws `ConnectorError`: `credential` when the source takes it no more. */
  authenticate(request: UnsignedRequest): Promise<AuthenticatedParts>;
  /** Gets a newer token although the old one seems good (`REFRESH_TOKEN_THEN_RETRY`); `false` when there is none. */
  renew?(): Promise<boolean>;
  /** Looks at an answer to a request that it authenticated. `true`: the next try goes out with another token at once. */
  observe?(request: UnsignedRequest, response: Pick<ManifestResponse, 'status' | 'headers'>): boolean;
}
