import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import { stripe as stripeProvider } from '../../providers/stripe.ts';

/** What an account at Stripe sells, to whom, and what was paid. */
export const stripe = await shippedManifest(import.meta.dirname, {
  id: 'stripe',
  title: 'Stripe',
  description: 'Customers, products, subscriptions, invoices, charges and events.',
  labels: ['payments'],
  oauth: oauth(stripeProvider),
});
