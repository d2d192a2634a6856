export interface RobotsTag {
  readonly noindex: boolean;
  readonly nofollow: boolean;
}

/** Directives that have a value of their own after a colon, and so look like the name of a robot. */
const WITH_VALUE = /^(?:max-snippet|max-image-preview|max-video-preview|unavailable_after)\s*:/i;

function rulesFor(header: string, agent: string): string[] {
  const rules: string[] = [];
  let speaksToUs = true;
  for (const part of header.split(',')) {
    const named = WITH_VALUE.test(part.trim()) ? undefined : /^\s*([\w-]+)\s*:(.*)$/.exec(part);
    if (named) speaksToUs = named[1]?.toLowerCase() === agent.toLowerCase();
    if (speaksToUs) rules.push((named?.[2] ?? part).trim().toLowerCase());
  }
  return rules;
}

/**
 * What a page asks of robots in its `X-Robots-Tag` header and its meta fields, for everybody or for `agent` by name
 * (https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag).
 */
export function robotsTag(
  header: string | undefined,
  metas: readonly (readonly [name: string, content: string])[],
  agent: string,
): RobotsTag {
  const ours = metas.filter(([name]) => name === 'robots' || name === agent.toLowerCase());
  const said = [
    ...rulesFor(header ?? '', agent),
    ...ours.flatMap(([, content]) => content.split(',').map((rule) => rule.trim().toLowerCase())),
  ];
  const says = (rule: string): boolean => said.includes(rule) || said.includes('none');
  return { noindex: says('noindex'), nofollow: says('nofollow') };
}
