import type { Authorization } from '../../kit/authorization.ts';
import type { Secret } from '../../kit/secret.ts';
import type { Authenticator } from './authenticator.ts';

/** Asks with the right that the platform was granted, and that it renews when the source has refused it. */
export function grantedAuthenticator(authorization: Authorization): Authenticator {
  let last: Secret | undefined;
  return {
    authenticate() {
      let used: Secret | undefined;
      const noted: Authorization = {
        ...(authorization.headerName !== undefined && { headerName: authorization.headerName }),
        async header(request) {
          used = await authorization.header(request);
          last = used;
          return used;
        },
        renew: (refused) => authorization.renew(refused),
      };
      const refused = (): Promise<boolean> => (used ? authorization.renew(used) : Promise.resolve(false));
      return Promise.resolve({ parts: {}, authorization: noted, refused });
    },
    renew: () => (last ? authorization.renew(last) : Promise.resolve(false)),
  };
}
