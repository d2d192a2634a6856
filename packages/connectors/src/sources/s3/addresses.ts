import type { S3Config } from './config.ts';

type Place = Pick<S3Config, 'bucket' | 'region' | 'endpoint' | 'path_style'>;

/** The address that requests are derived from: the configured one, else Amazon's for the region. */
export function serviceAddress({ region, endpoint }: Place): string {
  if (endpoint !== undefined) return endpoint.replace(/\/+$/, '');
  return `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

/** Whether the bucket stands in the path of a URL rather than in its host. */
export const usesPathStyle = (place: Place): boolean => place.path_style ?? place.endpoint !== undefined;

/** Names that can be a part of a host name below a certificate for `*.host`. */
const HOST_LABEL = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/** Where an object lies; whoever may read it can download it there. */
export function objectUrl(place: Place, key: string): string {
  const url = new URL(serviceAddress(place));
  const inPath = usesPathStyle(place) || !HOST_LABEL.test(place.bucket) || /^[\d.]+$|^\[/.test(url.hostname);
  const path = key.split('/').map(encodeURIComponent).join('/');
  if (inPath) return `${url.href.replace(/\/$/, '')}/${place.bucket}/${path}`;
  return `${url.protocol}//${place.bucket}.${url.host}${url.pathname.replace(/\/$/, '')}/${path}`;
}
