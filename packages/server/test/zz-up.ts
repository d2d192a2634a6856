import { startTestService } from './harness/service.ts';
const t = await startTestService();
const a = await t.api('POST', '/tributary/v1/api-keys', {
  name: 'x',
  email: 'x@example.com',
  scopes: ['source_connections:write'],
});
console.log('api-keys', a.status);
await t.stop();
