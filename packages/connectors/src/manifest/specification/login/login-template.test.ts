import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loginNames, loginScope } from './login-names.ts';
import { challengeOf, LoginTemplateError, loginTemplate } from './login-template.ts';

const scope = loginScope(loginNames({ client_id_key: 'app_id' }), {
  subjects: {
    client_id: 'a b&c',
    client_secret: 's',
    redirect_uri: 'https://us.example/back',
    scope: 'x y',
    state: 'st',
  },
  inputs: { subdomain: 'tea' },
});
const render = (source: string): string => loginTemplate(source)(scope);

describe('a template of a login', () => {
  test.each([
    ['{{client_id_key}}={{client_id_value}}', 'app_id=a%20b%26c'],
    ['{{ client_id_param }}&{{redirect_uri_param}}', 'app_id=a%20b%26c&redirect_uri=https%3A%2F%2Fus.example%2Fback'],
    ['{{ app_id }}', 'a%20b%26c'],
    ['{{{{redirect_uri_value}} | urlEncoder}}', 'https%3A%2F%2Fus.example%2Fback'],
    ['{{ {{redirect_uri_value}} | urlEncoder }}', 'https%3A%2F%2Fus.example%2Fback'],
    ['{{ redirect_uri_value | urlencode }}', 'https%3A%2F%2Fus.example%2Fback'],
    ['{{ https%3A%2F%2Fx.example | urlDecoder }}', 'https://x.example'],
    ['{{ urlDecoder:a%20b | urlDecoder }}', 'a b'],
    ['Basic {{ {{client_id_value}}:{{client_secret_value}} | base64Encoder }}', `Basic ${btoa('a b&c:s')}`],
    ["{{ (client_id_value ~ ':' ~ client_secret_value) | b64encode }}", btoa('a b&c:s')],
    ['{{ {{client_secret_value}} | base64Encoder | base64Decoder }}', 's'],
    ['{{ {{state_value}} | codeChallengeS256 }}', challengeOf('st')],
    ['{{ {{client_id_key}} }}', 'a%20b%26c'],
    ['https://{{subdomain}}.tea.example/{{ {{scope_value}} | urlEncoder }}', 'https://tea.tea.example/x%20y'],
  ])('renders %s', (source, text) => {
    expect(render(source)).toBe(text);
  });

  test.each([
    ['{{ nothing }}', 'there is no `nothing` here'],
    ['{{ auth_code_value }}', 'there is no `auth_code_value` here'],
    ['{{ state_value | upper }}', 'there is no filter `upper`'],
    ['{{ state_value', 'a `{{` is never closed'],
    ['{{ a + b }}', '`{{ a + b }}` cannot be read'],
    ['{{'.repeat(30), 'nested too deeply'],
  ])('says what is wrong with %s', (source, words) => {
    expect(() => render(source)).toThrow(words);
  });

  test('a value is never read as a template or as a name', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const values = { subjects: { client_id: value, state: 'st' }, inputs: {} };
        const own = loginScope(loginNames({}), values);
        expect(loginTemplate('{{ {{client_id_value}} | base64Encoder }}')(own)).toBe(
          Buffer.from(value.trim()).toString('base64'),
        );
      }),
    );
  });

  test('any text gives a text or a LoginTemplateError, soon', () => {
    const piece = fc.constantFrom('{{', '}}', '|', ' ', 'state_value', 'urlEncoder', '~', "'", ':', 'x');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        try {
          expect(typeof render(pieces.join(''))).toBe('string');
        } catch (error) {
          expect(error).toBeInstanceOf(LoginTemplateError);
        }
      }),
    );
  });
});
