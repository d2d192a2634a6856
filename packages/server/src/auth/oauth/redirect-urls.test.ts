import { describe, expect, it } from 'vitest';
import { PublicAddress } from './public-address.ts';
import { createRedirectUrls, withOutcome } from './redirect-urls.ts';

const on = (publicUrl: string, allowed: readonly string[] = []) => {
  const urls = createRedirectUrls(allowed, new PublicAddress(publicUrl));
  return (url: string): string | undefined => {
    try {
      return urls.check(url);
    } catch {
      return undefined;
    }
  };
};

describe('F1-8 where browsers may be sent', () => {
  it('is the service’s own origin when nothing is listed', () => {
    const check = on('https://tributary.example.com/base');
    expect(check('https://tributary.example.com/app?x=1#y')).toBe('https://tributary.example.com/app?x=1#y');
    expect(check('https://tributary.example.com:444/app')).toBeUndefined();
    expect(check('http://tributary.example.com/app')).toBeUndefined();
    expect(check('http://localhost:3000/')).toBeUndefined();
  });

  it('is any port of this machine too, while only this machine reaches the service', () => {
    const check = on('http://127.0.0.1:8787');
    for (const url of ['http://localhost:3000/', 'http://127.0.0.1:1/', 'http://[::1]:9/', 'https://localhost/'])
      expect(check(url)).toBe(url);
    for (const url of ['http://127.0.0.1.evil.example/', 'http://localhost.evil.example/', 'http://10.0.0.1/'])
      expect(check(url)).toBeUndefined();
  });

  it('is what is listed and nothing else: origins, and addresses with what is below them', () => {
    const check = on('http://127.0.0.1:8787', ['https://app.example.com/connect', 'https://two.example.com']);
    expect(check('https://app.example.com/connect')).toBeDefined();
    expect(check('https://app.example.com/connect/done?a=b')).toBeDefined();
    expect(check('https://two.example.com/anything')).toBeDefined();
    for (const url of [
      'https://app.example.com/',
      'https://app.example.com/connected',
      'https://app.example.com/connect/../other',
      'https://app.example.com/connect/%2e%2e/other',
      'https://app.example.com/connect%2f..%2fother',
      'http://127.0.0.1:8787/',
    ])
      expect([url, check(url)]).toEqual([url, undefined]);
  });

  it('keeps the query of the address beside the outcome, which it cannot forge', () => {
    const end = withOutcome('https://app.example.com/?a=b&status=success#part', { status: 'error', reason: 'x&y' });
    expect(end).toBe('https://app.example.com/?a=b&status=error&reason=x%26y#part');
  });
});
