import { playVendor, type PlayedVendor } from '../../src/auth/providers/testing/played-vendors.ts';
import { VendorRig } from '../../src/auth/providers/testing/vendor-rig.ts';
import { startOAuthRig, type OAuthRig } from './oauth-rig.ts';

export interface WholeRig extends OAuthRig {
  /** What connects an auth provider that takes its key. */
  readonly authProvider: { readonly short_name: string; readonly auth_fields: object };
}

/** The whole service with an authorization server and an outside vault, for tests that go over all routes. */
export async function startWholeRig(): Promise<WholeRig> {
  const vendors = new VendorRig();
  const klavis: PlayedVendor = await playVendor(vendors, 'klavis', 'github', 'token');
  const rig = await startOAuthRig();
  return {
    ...rig,
    authProvider: { short_name: 'klavis', auth_fields: klavis.authFields },
    async stop() {
      await rig.stop();
      await vendors.close();
    },
  };
}
