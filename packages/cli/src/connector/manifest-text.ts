import { type ManifestAnswers, namesOf, pathOf } from './manifest-answers.ts';
import { credentialFields } from './credential-fields.ts';
import { paginatorText } from './paginator-text.ts';

/** A manifest of these answers, with comments for whoever goes on from it. */
export function manifestText(answers: ManifestAnswers): string {
  const whole = [headText(answers), definitionsText(answers), streamsText(answers), specText(answers)].join('\n\n');
  return `${whole}\n`;
}

const headText = ({ title = '', stream = '' }: ManifestAnswers): string =>
  `# ${title}: a declarative manifest. Every component is described in docs/connectors/manifests.md.
version: 7.0.0
type: DeclarativeSource

# What proves that the settings work: these streams are asked for one record each.
check:
  type: CheckStream
  stream_names: [${text(stream)}]`;

const definitionsText = (answers: ManifestAnswers): string =>
  `# Parts that several streams use. A stream takes one with \`$ref\`, and what it says beside it goes before.
definitions:
  requester:
    type: HttpRequester
    url: ${text((answers['base-url'] ?? '').replace(/\/+$/, ''))}
${block(4, authenticatorText(answers))}
    # What to do with answers that are errors. By default 429 and 5xx are asked again, and the rest of 4xx fails.
    # error_handler:
    #   type: DefaultErrorHandler
    #   max_retries: 5
    #   response_filters:
    #     - { type: HttpResponseFilter, http_codes: [404], action: IGNORE }`;

const streamsText = (answers: ManifestAnswers): string =>
  `streams:
  - type: DeclarativeStream
    name: ${text(answers.stream ?? '')}
    primary_key: ${keyText(answers)}
${block(4, retrieverText(answers))}
${block(4, incrementalText(answers))}
    # Fields and their types. What is not named here is kept too.
    schema_loader:
      type: InlineSchemaLoader
      schema:
        type: object
        additionalProperties: true
        properties:
${block(10, schemaText(answers))}

  # More streams go here, each like the one above. Then try them: \`tributary connector test . --record\`.`;

const retrieverText = (answers: ManifestAnswers): string =>
  `retriever:
  type: SimpleRetriever
  requester:
    $ref: "#/definitions/requester"
    path: ${text((answers.path ?? '').replace(/^\/+/, ''))}
    # request_parameters:
    #   expand: "owner"
  record_selector:
    type: RecordSelector
    extractor:
      type: DpathExtractor
      # The way to the list of records in an answer; [] when the answer is the list.
      field_path: [${pathOf(answers.records ?? '')
        .map(text)
        .join(', ')}]
    # record_filter:
    #   type: RecordFilter
    #   condition: "{{ record['status'] != 'draft' }}"
${block(2, paginatorText(answers))}
  # A stream that is read once for each record of another one, its parent:
  # partition_router:
  #   type: SubstreamPartitionRouter
  #   parent_stream_configs:
  #     - type: ParentStreamConfig
  #       stream: { $ref: "#/streams/0" }
  #       parent_key: id
  #       partition_field: parent_id
  # Its path is then, for example: "parents/{{ stream_partition.parent_id }}/children"`;

const specText = (answers: ManifestAnswers): string =>
  `# The settings that a connection asks for. What has \`airbyte_secret: true\` is kept encrypted and never shown.
spec:
  type: Spec
  connection_specification:
    type: object
    title: ${text(answers.title ?? '')}
${block(4, settingsText(answers))}`;

function keyText({ 'primary-key': key = '' }: ManifestAnswers): string {
  const [first = '', ...more] = namesOf(key).map(text);
  return more.length === 0 ? first : `[${[first, ...more].join(', ')}]`;
}

/** Double-quoted YAML is JSON. */
const text = (value: string): string =>
  /^[a-z][\w-]*$/i.test(value) && !WORDS.test(value) ? value : JSON.stringify(value);

/** What YAML takes for something else than a text. */
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i;

const block = (spaces: number, lines: string): string =>
  lines
    .split('\n')
    .map((line) => (line === '' ? '' : `${' '.repeat(spaces)}${line}`))
    .join('\n');

function authenticatorText({ auth, 'auth-name': name = '', 'token-url': url = '' }: ManifestAnswers): string {
  if (auth === 'bearer') return `authenticator:\n  type: BearerAuthenticator\n  api_token: "{{ config['api_token'] }}"`;
  if (auth === 'basic')
    return `authenticator:\n  type: BasicHttpAuthenticator\n  username: "{{ config['username'] }}"\n  password: "{{ config['password'] }}"`;
  if (auth === 'oauth')
    return `authenticator:
  type: OAuthAuthenticator
  token_refresh_endpoint: ${text(url)}
  client_id: "{{ config['client_id'] }}"
  client_secret: "{{ config['client_secret'] }}"
  refresh_token: "{{ config['refresh_token'] }}"
  # When a refresh token is good for one use only, the new one is kept:
  # refresh_token_updater:
  #   refresh_token_config_path: [refresh_token]`;
  if (auth === 'none') return '# The API asks for no authentication; an `authenticator` would stand here.';
  const place = auth === 'api-key-header' ? 'header' : 'request_parameter';
  return `authenticator:
  type: ApiKeyAuthenticator
  api_token: "{{ config['api_key'] }}"
  inject_into:
    type: RequestOption
    inject_into: ${place}
    field_name: ${text(name)}`;
}

function incrementalText(answers: ManifestAnswers): string {
  const { incremental = 'none', 'datetime-format': format = '', 'since-param': since = 'none' } = answers;
  if (incremental === 'none')
    return '# The stream is read whole each time. With `incremental_sync`, only what has changed is.';
  const filter =
    since === 'none'
      ? '  # The API cannot filter by time, so that what is old is left out after it was read.\n  is_client_side_incremental: true'
      : `  start_time_option:\n    type: RequestOption\n    inject_into: request_parameter\n    field_name: ${text(since)}`;
  return `# Only what has changed since the last read is asked for.
incremental_sync:
  type: DatetimeBasedCursor
  cursor_field: ${text(incremental)}
  datetime_format: ${text(format)}
  start_datetime:
    type: MinMaxDatetime
    datetime: "{{ config['start_date'] }}"
    datetime_format: "%Y-%m-%dT%H:%M:%SZ"
${filter}
  # For APIs with a largest window of time, also \`end_time_option\`, \`step: P30D\` and \`cursor_granularity: PT1S\`.`;
}

function schemaText({ 'primary-key': key = '', incremental = 'none' }: ManifestAnswers): string {
  const names = [...new Set([...namesOf(key), ...(incremental === 'none' ? [] : [incremental])])];
  return names.map((name) => `${text(name)}: { type: [string, integer, "null"] }`).join('\n');
}

function settingsText(answers: ManifestAnswers): string {
  const fields = credentialFields(answers);
  if (fields.length === 0) return 'properties: {}';
  const lines = fields.map(({ name, title, secret, format }, order) => {
    const more = `${secret ? ', airbyte_secret: true' : ''}${format === undefined ? '' : `, ${format}`}`;
    return `  ${name}: { type: string, title: ${text(title)}, order: ${order}${more} }`;
  });
  return `required: [${fields.map(({ name }) => name).join(', ')}]\nproperties:\n${lines.join('\n')}`;
}
