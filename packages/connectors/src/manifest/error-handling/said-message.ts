import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import type { ManifestResponse } from '../model/request.ts';
import { isJsonObject } from '../model/is-json-object.ts';

/** Members that APIs put their error messages in, in the order of the CDK's `JsonErrorMessageParser`. */
const MEMBERS = [
  'message',
  'messages',
  'error',
  'errors',
  'failures',
  'failure',
  'detail',
  'err',
  'error_message',
  'msg',
  'reason',
  'status_message',
];

/** The error message that an answer's body says, when it says one; a body that is no JSON is the message itself. */
export function saidMessage(response: ManifestResponse): string | undefined {
  return messageIn(bodyOrText(response));
}

function messageIn(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) {
    const all = value.map((one: Json) => messageIn(one)).filter((said) => said !== undefined);
    return all.join(', ');
  }
  if (!isJsonObject(value)) return undefined;
  return messageIn(MEMBERS.map((name) => value[name]).find(isTruthy));
}

/** As Python sees it: an empty list or object is passed over. */
function isTruthy(value: Json | undefined): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

function bodyOrText(response: ManifestResponse): Json {
  try {
    return response.json();
  } catch (error) {
    if (error instanceof ConnectorError) return response.text();
    throw error;
  }
}
