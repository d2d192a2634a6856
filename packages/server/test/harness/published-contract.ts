import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

/** Throws when a successful answer is not what the published OpenAPI file says; says nothing of paths that it lacks. */
export type ContractJudge = (method: string, path: string, status: number, body: unknown) => void;

interface PublishedFile {
  readonly paths: Readonly<Record<string, Readonly<Record<string, PublishedOperation>>>>;
}

interface PublishedOperation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: object }>> }>
  >;
}

interface Rule {
  readonly method: string;
  readonly path: RegExp;
  readonly status: number;
  readonly validate: ValidateFunction;
}

const fileId = 'published';

/** `/collections/{readable_id}` as a pattern that also takes a trailing slash. */
function patternOf(template: string): RegExp {
  return new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, '[^/]+')}/?$`);
}

function rulesOf(file: PublishedFile, ajv: Ajv2020): Rule[] {
  const escape = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');
  return Object.entries(file.paths).flatMap(([template, operations]) =>
    Object.entries(operations).flatMap(([method, operation]) =>
      Object.entries(operation.responses).flatMap(([status, response]) => {
        if (!status.startsWith('2') || !response.content?.['application/json']?.schema) return [];
        const pointer = ['paths', template, method, 'responses', status, 'content', 'application/json', 'schema'];
        const $ref = `${fileId}#/${pointer.map((step) => encodeURIComponent(escape(step))).join('/')}`;
        const validate = ajv.compile({ $ref });
        return [{ method: method.toUpperCase(), path: patternOf(template), status: Number(status), validate }];
      }),
    ),
  );
}

/** Reads `airweave-openapi.json` in the folder and compiles the schema of every successful answer. */
export function createPublishedContractJudge(dir: string): ContractJudge {
  const file = JSON.parse(readFileSync(join(dir, 'airweave-openapi.json'), 'utf8')) as PublishedFile;
  const ajv = new Ajv2020({ strict: false, allErrors: true, formats: fullFormats });
  ajv.addSchema(file, fileId);
  const rules = rulesOf(file, ajv);
  return (method, path, status, body) => {
    const plain = path.split('?', 1)[0] ?? '';
    // The published file lacks this path, and its pattern for a collection would take it.
    if (/^\/collections\/count\/?$/.test(plain)) return;
    const rule = rules.find((one) => one.method === method && one.status === status && one.path.test(plain));
    if (!rule || rule.validate(body)) return;
    const problems = rule.validate.errors?.map((error) => `${error.instancePath || 'body'} ${error.message ?? ''}`);
    throw new Error(`${method} ${plain} answered against the published file: ${problems?.join('; ') ?? ''}`);
  };
}

const conformanceDir = process.env['CONFORMANCE_DIR'];

/** The judge of the whole test run: with `CONFORMANCE_DIR` the published file's, without it a silent one. */
export const judge: ContractJudge = conformanceDir ? createPublishedContractJudge(conformanceDir) : () => undefined;
