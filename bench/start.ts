import { residentMb } from './resident-memory.ts';
import { judged, rounded, type Result } from './result.ts';
import { median } from './run-script.ts';
import { startBenchService } from './service.ts';

/** Cold start of the service process, and what it holds when idle. */
export async function benchStart({
  rounds,
  idleSeconds,
}: {
  readonly rounds: number;
  readonly idleSeconds: number;
}): Promise<readonly Result[]> {
  const ready: number[] = [];
  let idleMb = Number.NaN;
  for (let round = 0; round < rounds; round += 1) {
    const service = await startBenchService();
    ready.push(service.readyMs);
    if (round === rounds - 1) {
      await new Promise((resolve) => setTimeout(resolve, idleSeconds * 1000));
      idleMb = residentMb(service.pid);
    }
    await service.stop();
  }
  return [
    judged({
      name: 'cold-start',
      what: 'Start of the service process to the first good /health/ready, on a fresh folder',
      atMost: 1.5,
      unit: 's',
      measured: rounded(median(ready) / 1000),
      numbers: { rounds },
    }),
    judged({
      name: 'idle-memory',
      what: `Resident memory of the service process after ${idleSeconds} s idle`,
      atMost: 200,
      unit: 'MB',
      measured: rounded(idleMb),
      numbers: { idleSeconds },
    }),
  ];
}
