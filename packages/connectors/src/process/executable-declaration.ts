import { z } from 'zod';

const Limits = z.strictObject({
  /** Address space of each process, or memory of the container. */
  memoryMb: z.int().min(16).max(1_048_576).optional(),
  /** Seconds of processor time of each process. */
  cpuSeconds: z.int().min(1).max(31_536_000).optional(),
  /** Files that may be open at once. */
  files: z.int().min(16).max(1_048_576).optional(),
});

const Named = {
  id: z
    .string()
    .max(64)
    .regex(/^[a-z][a-z0-9_-]*$/, 'must begin with a small letter and go on with small letters, digits, _ and -'),
  title: z.string().trim().min(1).max(100),
  /** Seconds of silence after which it is ended. */
  heartbeatSeconds: z.int().min(1).max(86_400).default(600),
  limits: Limits.default({}),
  /** `global`: the source keeps one state for all its streams, as sources of change logs do. */
  state: z.enum(['stream', 'global'], 'must be "stream" or "global"').default('stream'),
};

const Program = z.strictObject({
  ...Named,
  command: z
    .tuple([z.string().startsWith('/', 'must begin with an absolute path')], z.string())
    .refine((words) => !words.some((word) => word.includes('\0')), 'must not hold a NUL'),
});

const Image = z.strictObject({
  ...Named,
  // Docker would take what begins with a dash for an option of its own.
  image: z.string().regex(/^[a-zA-Z0-9][\w./:@-]{0,254}$/, 'must be the name of a container image'),
  /** The container's network, as `docker run --network` takes it. */
  network: z
    .string()
    .regex(/^[a-zA-Z0-9][\w.-]{0,127}$/, 'must be the name of a network')
    .default('bridge'),
});

const Declaration = z.unknown().transform((given, ctx): z.output<typeof Program> | z.output<typeof Image> => {
  const isImage = typeof given === 'object' && given !== null && 'image' in given;
  const parsed = (isImage ? Image : Program).safeParse(given);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) ctx.addIssue({ code: 'custom', path: issue.path, message: issue.message });
  return z.NEVER;
});

/** A program or container image that the operator lets connections run. */
export type ExecutableDeclaration = z.output<typeof Declaration>;
export type ProgramDeclaration = z.output<typeof Program>;
export type ImageDeclaration = z.output<typeof Image>;

/** What `executables.json` may say: a list of programs and container images, each with an id of its own. */
export const ExecutableDeclarations = z.array(Declaration).superRefine((all, ctx) => {
  const met = new Set<string>();
  for (const [index, { id }] of all.entries()) {
    if (met.has(id)) ctx.addIssue({ code: 'custom', path: [index, 'id'], message: `${id} is declared twice` });
    met.add(id);
  }
});
