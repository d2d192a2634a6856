import type { ComponentDeclaration } from '../declaration.ts';

/** What a user enters, and what is made of it before streams see it. */
export const specification: readonly ComponentDeclaration[] = [
  {
    name: 'Spec',
    about: 'The form of the configuration, its documentation and its sign-in.',
    fields: {
      connection_specification: { shapes: ['object'], required: true },
      documentation_url: { shapes: ['string'] },
      advanced_auth: { shapes: [{ component: ['AuthFlow'] }] },
      config_normalization_rules: { shapes: [{ component: ['ConfigNormalizationRules'] }] },
    },
  },
  {
    name: 'AuthFlow',
    about: 'Which sign-in the platform offers, and when.',
    typeOptional: true,
    fields: {
      auth_flow_type: { shapes: [{ oneOf: ['oauth2.0', 'oauth1.0'] }] },
      predicate_key: { shapes: [{ listOf: ['string'] }] },
      predicate_value: { shapes: ['string'] },
      oauth_config_specification: { shapes: [{ component: ['OAuthConfigSpecification'] }] },
    },
  },
  {
    name: 'OAuthConfigSpecification',
    about: 'Where tokens of an OAuth sign-in come from and where they go in the configuration.',
    typeOptional: true,
    fields: {
      oauth_user_input_from_connector_config_specification: { shapes: ['object'] },
      oauth_connector_input_specification: {
        shapes: [
          {
            object: {
              consent_url: { shapes: ['string'], required: true },
              scope: { shapes: ['string'] },
              scopes: { shapes: [{ listOf: [{ object: { scope: { shapes: ['string'], required: true } } }] }] },
              optional_scopes: {
                shapes: [{ listOf: [{ object: { scope: { shapes: ['string'], required: true } } }] }],
              },
              scopes_join_strategy: { shapes: [{ oneOf: ['space', 'comma', 'plus'] }], default: 'space' },
              access_token_url: { shapes: ['string'], required: true },
              access_token_headers: { shapes: ['object'] },
              access_token_params: { shapes: ['object'] },
              extract_output: { shapes: [{ listOf: ['string'] }] },
              state: {
                shapes: [
                  {
                    object: {
                      min: { shapes: ['integer'], required: true },
                      max: { shapes: ['integer'], required: true },
                    },
                  },
                ],
              },
              client_id_key: { shapes: ['string'] },
              client_secret_key: { shapes: ['string'] },
              scope_key: { shapes: ['string'] },
              state_key: { shapes: ['string'] },
              auth_code_key: { shapes: ['string'] },
              redirect_uri_key: { shapes: ['string'] },
            },
          },
        ],
      },
      complete_oauth_output_specification: { shapes: ['object'] },
      complete_oauth_server_input_specification: { shapes: ['object'] },
      complete_oauth_server_output_specification: { shapes: ['object'] },
    },
  },
  {
    name: 'ConfigNormalizationRules',
    about: 'Changes and checks of a configuration before it is used.',
    fields: {
      config_migrations: { shapes: [{ listOf: [{ component: ['ConfigMigration'] }] }], default: [] },
      transformations: {
        shapes: [
          {
            listOf: [
              {
                component: ['ConfigRemapField', 'ConfigAddFields', 'ConfigRemoveFields', 'CustomConfigTransformation'],
              },
            ],
          },
        ],
        default: [],
      },
      validations: { shapes: [{ listOf: [{ component: ['DpathValidator', 'PredicateValidator'] }] }], default: [] },
    },
  },
  {
    name: 'ConfigMigration',
    about: 'Changes of the configuration that are kept.',
    fields: {
      description: { shapes: ['string'] },
      transformations: {
        shapes: [
          {
            listOf: [
              {
                component: ['ConfigRemapField', 'ConfigAddFields', 'ConfigRemoveFields', 'CustomConfigTransformation'],
              },
            ],
          },
        ],
        required: true,
        default: [],
      },
    },
  },
  {
    name: 'ConfigRemapField',
    about: 'Replaces values of a configuration field by a table.',
    fields: {
      map: { shapes: ['object', 'string'], required: true, context: ['config'] },
      field_path: { shapes: [{ listOf: ['string'] }], required: true, context: ['config'] },
    },
  },
  {
    name: 'ConfigAddFields',
    about: 'Sets fields of the configuration.',
    fields: {
      fields: { shapes: [{ listOf: [{ component: ['AddedFieldDefinition'] }] }], required: true },
      condition: { shapes: ['string'], default: '', context: ['config', 'property'] },
    },
  },
  {
    name: 'ConfigRemoveFields',
    about: 'Takes fields out of the configuration.',
    fields: {
      field_pointers: { shapes: [{ listOf: [{ listOf: ['string'] }] }], required: true },
      condition: { shapes: ['string'], default: '', context: ['config', 'property'] },
    },
  },
  {
    name: 'DpathValidator',
    about: 'Checks what lies at a path of the configuration.',
    fields: {
      field_path: { shapes: [{ listOf: ['string'] }], required: true, context: ['config'] },
      validation_strategy: {
        shapes: [{ component: ['ValidateAdheresToSchema', 'CustomValidationStrategy'] }],
        required: true,
      },
    },
  },
  {
    name: 'PredicateValidator',
    about: 'Checks a value that a template gives.',
    fields: {
      value: { shapes: ['string', 'number', 'object', 'list', 'boolean', 'null'], required: true, context: ['config'] },
      validation_strategy: {
        shapes: [{ component: ['ValidateAdheresToSchema', 'CustomValidationStrategy'] }],
        required: true,
      },
    },
  },
  {
    name: 'ValidateAdheresToSchema',
    about: 'Wants a value to fit a JSON schema.',
    fields: { base_schema: { shapes: ['string', 'object'], required: true, context: ['config'] } },
  },
];
