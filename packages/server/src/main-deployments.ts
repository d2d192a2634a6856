import type { AuditLog } from './audit/service.ts';
import type { Config } from './config.ts';
import { createConnectionService } from './connections/service.ts';
import type { ControlStore } from './control/database.ts';
import type { AnswerBus } from './deployments/answer-bus.ts';
import { createDeployments, type Redeployments } from './deployments/create-deployments.ts';
import type { Deployments } from './deployments/deployments.ts';
import { CHANNELS } from './deployments/repository.ts';
import { createDeploymentService, type DeploymentService } from './deployments/service.ts';
import type { Supervisor } from './jobs/supervisor.ts';
import type { Clock } from './lib/clock.ts';
import { asId } from './lib/ids.ts';
import type { ProjectService } from './projects/service.ts';
import type { Vault } from './vault/vault.ts';

interface Needs {
  readonly config: Config;
  readonly control: ControlStore;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly projects: ProjectService;
  readonly supervisor: Pick<Supervisor, 'tellOf'>;
  readonly answers: AnswerBus;
}

/** The part of the object graph that brings connections to workers. */
export function buildDeployments(needs: Needs): {
  readonly placing: Deployments & Redeployments;
  readonly deployments: DeploymentService;
} {
  const { supervisor, answers } = needs;
  const connections = createConnectionService(needs);
  const placing = createDeployments({
    ...needs,
    connections,
    bus: answers,
    tellWorkers: (id) => supervisor.tellOf(id),
  });
  return { placing, deployments: createDeploymentService({ ...needs, deployments: placing }) };
}

/** Hears the answers of workers that belong to no service, or to another one, until the signal is aborted. */
export async function hearAnswers(
  { control, answers }: Pick<Needs, 'control' | 'answers'>,
  signal: AbortSignal,
): Promise<void> {
  const ear = { hear: (payload: string) => answers.tell(asId(payload)), again: () => answers.tell() };
  await control.listen?.(CHANNELS.answered, ear, signal);
}
