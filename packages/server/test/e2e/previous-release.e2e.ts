import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extract } from 'tar';
import { expect, it, onTestFinished } from 'vitest';
import { startServiceProcess } from '../harness/service-process.ts';
import { eventually } from '../harness/eventually.ts';

const key = 'trib_previous-release-key-000000000000000';

it.each(['0.1.0'])(
  'G4-28 a data directory of version %s is opened, searched, synced and left whole',
  async (version) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'tributary-previous-'));
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
    await extract({
      file: new URL(`../fixtures/data-directory-${version}.tar.gz`, import.meta.url).pathname,
      cwd: dataDir,
    });
    const service = await startServiceProcess(dataDir, { TRIBUTARY_BOOTSTRAP_API_KEY: key });
    // oxlint-disable-next-line typescript/no-explicit-any -- asserted field by field below
    const api = async (method: string, path: string, body?: unknown): Promise<{ status: number; body: any }> => {
      const response = await fetch(`${service.url}${path}`, {
        method,
        headers: { 'x-api-key': key, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: await response.json() };
    };
    const listed = await api('GET', '/v1/source-connections?collection=previous-release');
    expect(listed.body.map((one: { name: string }) => one.name).toSorted()).toEqual(['Changes', 'Everything']);
    const found = await api('POST', '/v1/collections/previous-release/search/instant', {
      query: 'report ledger harbour invoice meeting release contract schedule customer budget warehouse survey',
      limit: 50,
    });
    expect(found.body.results.length).toBeGreaterThan(3);
    for (const { id, name } of listed.body) {
      // A run that fell due while nobody ran may have started by itself.
      await eventually(`a sync of ${name} to begin`, async () =>
        (await api('POST', `/v1/source-connections/${id}/run`)).status === 200 ? true : undefined,
      );
      const job = await eventually(`the sync of ${name}`, async () => {
        const [newest] = (await api('GET', `/source-connections/${id}/jobs?limit=1`)).body;
        return ['completed', 'failed'].includes(newest.status) ? newest : undefined;
      });
      // The sealed credential opens, the cursors fit, and nothing is written anew: hashes are the same.
      expect([name, job.status, job.entities_inserted + job.entities_updated]).toEqual([
        name,
        'completed',
        name === 'Changes' ? job.entities_inserted : 0,
      ]);
      const { entities } = (await api('GET', `/source-connections/${id}`)).body;
      expect(entities.total_entities).toBeGreaterThanOrEqual(name === 'Changes' ? 9 : 13);
    }
    expect(await service.stop()).toBe(0);
  },
);
