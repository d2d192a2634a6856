import { z } from 'zod';
import type { JobId, SourceConnectionId } from '../../lib/ids.ts';
import type { Services } from '../../services.ts';
import { routeFor } from '../route.ts';
import { idOf } from '../wire-values.ts';

export const route = routeFor<Services>();

export const SourceConnectionParams = z.object({ sourceConnectionId: idOf<SourceConnectionId>() });
export const JobParams = SourceConnectionParams.extend({ jobId: idOf<JobId>() });
export const CollectionParams = z.object({ readableId: z.string() });
