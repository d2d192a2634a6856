import { basename, resolve } from 'node:path';
import { credentialFields } from './credential-fields.ts';
import type { ManifestAnswers } from './manifest-answers.ts';
import { manifestText } from './manifest-text.ts';

/** The files of a new connector, by their names. */
export function newConnectorFiles(folder: string, answers: ManifestAnswers): ReadonlyMap<string, string> {
  const example = Object.fromEntries(credentialFields(answers).map((field) => [field.name, field.example]));
  return new Map([
    ['manifest.yaml', manifestText(answers)],
    ['config.example.json', `${JSON.stringify(example, null, 2)}\n`],
    // What is filled in is secret, and no part of a repository.
    ['.gitignore', 'config.json\n'],
    ['README.md', readme(basename(resolve(folder)), answers)],
  ]);
}

const readme = (folder: string, { name = '', title = '', stream = '' }: ManifestAnswers): string => `# ${title}

A connector for Tributary, described by \`manifest.yaml\`. From the folder above this one:

\`\`\`sh
cp ${folder}/config.example.json ${folder}/config.json   # and fill it in; it is not committed
tributary connector --manifest ${folder}/manifest.yaml check --config ${folder}/config.json
tributary connector test ${folder} --record   # reads the source, and writes its answers down without secrets
tributary connector test ${folder}            # the same from what was written down, as often as you like
tributary connector add ${folder}/manifest.yaml --name ${name}
\`\`\`

\`recorded.json\`, \`recorded-config.json\` and \`expected.json\` hold no secret of \`config.json\`, but records of the source: look at them
before you publish them. After a change of the manifest, \`tributary connector test ${folder}\` says what became of \`${stream}\` and the others.
`;
