import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { shopify } from './index.ts';

describeManifestSource(shopify, import.meta.dirname, {
  config: { shop: 'example-shop', start_date: '2026-01-01' },
  credentials: { access_token: 'shpat_canary_4711' },
  hosts: ['example-shop.myshopify.com'],
  lets: (headers) => headers['x-shopify-access-token'] === 'shpat_canary_4711',
  knows: {
    products: ['title', 'Garden pump'],
    collections: ['description', 'All that pumps.'],
    pages: ['title', 'Returns'],
    articles: ['url', 'https://admin.shopify.com/store/example-shop/articles/4002'],
    customers: ['title', 'Ida Lund'],
    orders: ['name', '#1002'],
  },
});
