import { describeConnector } from '../../kit/connector-contract.ts';
import { S3_ACCESS_KEY_ID, S3_BUCKET, startS3 } from '../../testing/s3-server.ts';
import type { RunningS3 } from '../../testing/s3-server.ts';
import { s3 } from './index.ts';

let server: RunningS3;

describeConnector(s3, {
  http: { hosts: ['s3.example.com'] },
  async prepare() {
    server = await startS3();
    const names = Array.from({ length: 210 }, (_, at) => `${String(at).padStart(3, '0')}.txt`);
    for (const folder of ['docs/', 'notes/']) server.fill(folder, names);
    return {
      config: { bucket: S3_BUCKET, endpoint: 'https://s3.example.com', prefixes: ['docs/', 'notes/'] },
      credentials: {
        access_key_id: S3_ACCESS_KEY_ID,
        secret_access_key: 'canary-secret-8b1f',
        session_token: 'canary-token-77aa',
      },
      upstream: server.url,
    };
  },
  cleanup: () => server.stop(),
});
