import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { todoist } from './index.ts';

describeManifestSource(todoist, import.meta.dirname, {
  // Within one window of completed tasks, since the recorded answers are the same for all.
  config: { start_date: new Date(Date.now() - 10 * 86_400_000).toISOString().slice(0, 10) },
  credentials: { api_token: 'canary-todoist-4711' },
  hosts: ['api.todoist.com'],
  lets: ({ authorization }) => authorization === 'Bearer canary-todoist-4711',
  knows: {
    projects: ['name', 'Garden'],
    sections: ['name', 'This week'],
    tasks: ['title', 'Mend the pump'],
    completed_tasks: ['url', 'https://app.todoist.com/app/task/6aTask0000000008'],
    comments: ['content', 'The seal has come.'],
  },
});
