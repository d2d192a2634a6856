import { z } from 'zod';

const DeploymentResult = z
  .object({
    success: z.boolean(),
    deploymentResults: z.array(z.object({ environmentName: z.string(), success: z.boolean(), message: z.string() })),
  })
  .meta({ id: 'ApinizerDeploymentResult' });

/** Without `deploymentResult` when nothing was deployed. */
export const Written = z
  .object({ success: z.literal(true), deploymentResult: DeploymentResult.optional() })
  .meta({ id: 'ApinizerWritten' });

export const Listed = z
  .object({
    success: z.literal(true),
    resultList: z.array(
      z.looseObject({
        type: z.string(),
        name: z.string(),
        description: z.string().nullable(),
        deployToWorker: z.boolean(),
        enabled: z.boolean(),
      }),
    ),
    resultCount: z.int(),
  })
  .meta({ id: 'ApinizerConnections' });

export const Tested = z
  .object({ success: z.literal(true), deploymentResult: z.object({ success: z.boolean(), detail: z.string() }) })
  .meta({ id: 'ApinizerTested' });

export const Token = z
  .object({ access_token: z.string(), token_type: z.literal('Bearer'), expires_in: z.int() })
  .meta({ id: 'ApinizerToken' });
