import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { Json, JsonObject } from '../../kit/json.ts';
import { invalidBody } from './invalid-body.ts';
import type { BodyOrigin } from './invalid-body.ts';
import { xmlText } from './xml-text.ts';

/** A node as the parser gives it in document order: its name with its children, attributes beside it. */
type Node = Readonly<Record<string, readonly Node[] | string | Readonly<Record<string, string>>>>;

const ATTRIBUTES = ':@';
const TEXT = '#text';
const CDATA = '#cdata';

/**
 * An XML document as the Python library xmltodict shapes it: attributes as `@name`, text as `#text` where there is something
 * beside it, a list where a name comes several times, `null` for an empty element; every value is a text. Namespaces stay
 * part of the names. Entities that the document declares are not expanded. Throws `ConnectorError('invalid_answer')`.
 */
export function parseXmlBody(text: string, origin: BodyOrigin): JsonObject {
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    allowBooleanAttributes: false,
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: false,
    processEntities: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
    cdataPropName: CDATA,
    maxNestedTags: 500,
  });
  let nodes: readonly Node[];
  try {
    const verdict = XMLValidator.validate(text);
    if (verdict !== true) throw invalidBody(origin, `it is no XML (line ${verdict.err.line})`, text);
    nodes = parser.parse(text) as readonly Node[];
  } catch (error) {
    throw error instanceof Error && error.name === 'ConnectorError' ? error : invalidBody(origin, 'it is no XML', text);
  }
  return childrenOf(nodes, {});
}

/** An element's value: its attributes, children and text in one object, or only the text, or `null`. */
function elementOf(node: Node, children: readonly Node[]): Json {
  const attributes = Object.entries((node[ATTRIBUTES] ?? {}) as Readonly<Record<string, string>>);
  const fields = childrenOf(
    children,
    Object.fromEntries(attributes.map(([name, value]) => [`@${name}`, xmlText(value)])),
  );
  const text = textOf(children).trim();
  if (Object.keys(fields).length === 0) return text === '' ? null : text;
  return text === '' ? fields : { ...fields, [TEXT]: text };
}

function childrenOf(nodes: readonly Node[], attributes: JsonObject): JsonObject {
  const fields = new Map<string, Json>(Object.entries(attributes) as [string, Json][]);
  for (const node of nodes) {
    const name = nameOf(node);
    if (name === undefined) continue;
    const value = elementOf(node, node[name] as readonly Node[]);
    const before = fields.get(name);
    if (before === undefined) fields.set(name, value);
    else if (Array.isArray(before)) (before as Json[]).push(value);
    else fields.set(name, [before, value]);
  }
  return Object.fromEntries(fields);
}

const nameOf = (node: Node): string | undefined =>
  Object.keys(node).find((name) => name !== ATTRIBUTES && name !== TEXT && name !== CDATA);

const textAt = ({ [TEXT]: text }: Node): string => (typeof text === 'string' ? text : '');

function textOf(nodes: readonly Node[]): string {
  return nodes
    .map((node) => {
      const { [TEXT]: text, [CDATA]: cdata } = node;
      if (typeof text === 'string') return xmlText(text);
      // What stands in CDATA is taken literally.
      return Array.isArray(cdata) ? (cdata as readonly Node[]).map((inner) => textAt(inner)).join('') : '';
    })
    .join('');
}
