import { z } from 'zod';

const MOST_PAGES = 20_000;

const patterns = z.array(z.string().min(1).max(500)).max(100);

export const WebConfig = z.object({
  start_urls: z
    .array(z.url({ protocol: /^https?$/ }).max(2_000))
    .min(1)
    .max(20)
    .meta({
      title: 'Start addresses',
      description: 'Where the crawl begins. It stays on the hosts of these addresses, with and without "www.".',
    }),
  path_prefixes: z.array(z.string().regex(/^\//).max(500)).max(100).default([]).meta({
    title: 'Path prefixes',
    description:
      'Ask only for addresses below these paths, for example /docs. The start addresses are always asked for.',
  }),
  include: patterns.default([]).meta({
    title: 'Include',
    description:
      'Keep only pages whose path and query fit one of these patterns; * stands for any text. Other pages are still read for their links.',
  }),
  exclude: patterns.default([]).meta({
    title: 'Exclude',
    description: 'Never ask for addresses whose path and query fit one of these patterns, for example */print/*.',
  }),
  max_pages: z.int().min(1).max(MOST_PAGES).default(1_000).meta({
    title: 'Most pages',
    description: 'How many addresses one crawl asks for.',
  }),
  max_depth: z.int().min(0).max(50).default(10).meta({
    title: 'Deepest link',
    description: 'How many links away from a start address or the sitemap a page may be.',
  }),
  follow_links: z.boolean().default(true).meta({ title: 'Follow links' }),
  use_sitemap: z.boolean().default(true).meta({
    title: 'Use sitemaps',
    description: 'Those that robots.txt names, else /sitemap.xml.',
  }),
  trust_lastmod: z.boolean().default(false).meta({
    title: 'Trust the dates of the sitemap',
    description: 'Do not ask for pages whose date in the sitemap lies a day or more before the last crawl.',
  }),
  documents: z.boolean().default(true).meta({
    title: 'Read documents',
    description: 'Also read PDF, Word, Excel, CSV, Markdown and plain text files.',
  }),
  max_bytes: z.int().min(1_000).max(50_000_000).default(10_000_000).meta({
    title: 'Largest page',
    description: 'Pages and documents above this many bytes are counted as failures.',
  }),
  requests_per_minute: z.int().min(1).max(600).default(120).meta({
    title: 'Requests per minute',
    description: 'At most so many; a Crawl-delay in robots.txt of up to 30 seconds makes it fewer.',
  }),
  respect_robots: z.boolean().default(true).meta({
    title: 'Respect robots rules',
    description: 'Obey robots.txt, noindex and nofollow. Turn it off for your own sites only.',
  }),
  user_agent: z
    .string()
    .regex(/^[A-Za-z_-]{1,60}$/)
    .default('Tributary')
    .meta({ title: 'User agent', description: 'The name that the crawl gives itself, also to robots.txt.' }),
});

export type WebConfig = z.output<typeof WebConfig>;
