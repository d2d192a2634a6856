import type { z } from 'zod';
import type { DeploymentOutcome, NamedConnection } from '../../connections/named-connections.ts';
import type { ProbeResult } from '../../connections/connection-probe.ts';
import type { Listed, Tested, Written } from './connection-schema.ts';

function present(connection: NamedConnection) {
  const { type, name, description, deployToWorker, enabled, settings } = connection;
  return { ...settings, type, name, description, deployToWorker, enabled };
}

export function presentConnections(connections: readonly NamedConnection[]): z.output<typeof Listed> {
  return { success: true, resultList: connections.map(present), resultCount: connections.length };
}

export function presentWritten(outcome: DeploymentOutcome): z.output<typeof Written> {
  if (!outcome) return { success: true };
  const deploymentResults = outcome.map(({ environmentName, success, message }) => ({
    environmentName,
    success,
    message,
  }));
  return {
    success: true,
    deploymentResult: { success: deploymentResults.every(({ success }) => success), deploymentResults },
  };
}

export function presentTested({ success, message }: ProbeResult): z.output<typeof Tested> {
  return { success: true, deploymentResult: { success, detail: message } };
}
