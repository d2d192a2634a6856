import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestService, type TestService } from '../../test/harness/service.ts';

let t: TestService;
beforeAll(async () => {
  t = await startTestService({ TRIBUTARY_WRONG_KEYS_PER_MINUTE: '0' });
});
afterAll(() => t.stop());

it.each(['/tributary/v1/organization', '/v1/collections', '/collections'])(
  'F1-5 unknown, malformed and revoked keys are answered alike on %s',
  async (path) => {
    const { body: made } = await t.api('POST', '/tributary/v1/api-keys', { scopes: ['*'] });
    expect((await t.api('GET', path, undefined, { key: made.key })).status).toBe(200);
    await t.api('DELETE', `/tributary/v1/api-keys/${made.id}`);
    const wrong = {
      revoked: made.key,
      unknown: `trib_${'0'.repeat(43)}`,
      cut: made.key.slice(0, -1),
      malformed: 'nonsense',
      long: `trib_${'x'.repeat(2_000)}`,
      hash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    };
    const answers = new Set<string>();
    for (const key of Object.values(wrong)) {
      const { status, headers, body } = await t.api('GET', path, undefined, { key });
      const kept = [...headers].filter(([name]) => !['date', 'x-request-id', 'content-length'].includes(name));
      const text = JSON.stringify([status, kept, body]).replaceAll(/"requestId":"[^"]+"/g, '');
      answers.add(text);
      expect(status).toBe(401);
    }
    expect([...answers]).toHaveLength(1);
  },
);

it.each(['/collections/never-made-abc123', '/tributary/v1/projects/never-made'])(
  'F1-5 a thing of another organization is answered like one that never was on %s',
  async (path) => {
    const { key } = await t.newOrganization();
    if (path.includes('projects')) await t.api('POST', '/tributary/v1/projects', { name: 'never-made' });
    else await t.api('POST', '/collections', { name: 'Hers', readable_id: 'never-made-abc123' });
    const other = path.replace('never-made', 'never-before');
    const told = async (url: string) => {
      const { status, body } = await t.api('GET', url, undefined, { key });
      const text = JSON.stringify(body).replaceAll('never-before', 'never-made');
      return [status, text.replaceAll(/"requestId":"[^"]+"/g, '')];
    };
    expect(await told(path)).toEqual(await told(other));
    expect((await told(path))[0]).toBe(404);
  },
);
