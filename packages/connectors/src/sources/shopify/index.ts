import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import { shopify as shopifyProvider } from '../../providers/shopify.ts';

/** What a Shopify shop sells and says, and who buys it. */
export const shopify = await shippedManifest(import.meta.dirname, {
  id: 'shopify',
  title: 'Shopify',
  description: 'Products, collections, pages, blog articles, customers and orders of a shop.',
  labels: ['commerce'],
  oauth: oauth(shopifyProvider, { scopes: ['read_products', 'read_content', 'read_customers', 'read_orders'] }),
});
