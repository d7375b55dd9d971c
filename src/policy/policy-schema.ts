import type { OptionSpec } from './options.ts'
import type { Rule } from './rule.ts'
import { SELECTIONS } from './rule.ts'
import { RULES } from './rules/index.ts'

const SEVERITY = { enum: ['off', 'on', 'info', 'warn', 'error'] }
const TEXTS = { type: 'array', items: { type: 'string' } }

/** The JSON Schema of policies, as docs/reference/policy.schema.json publishes it for editors. */
export function policySchema(): Record<string, unknown> {
  const rules = {
    type: 'object',
    description: 'What each rule does: off, on at its own severity, a severity, or a severity with options.',
    properties: Object.fromEntries([...RULES.values()].map((rule) => [rule.id, ruleSchema(rule)])),
  }
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'exr-inspector policy',
    type: 'object',
    additionalProperties: false,
    properties: {
      version: { const: 1, description: 'Version of this format.' },
      name: { type: 'string', minLength: 1, maxLength: 200 },
      about: { type: 'string' },
      policy_version: { type: 'integer', minimum: 0, description: "The studio's own count of changes." },
      extends: {
        description: 'Policies to start from: a built-in name or a file beside this one; later ones win.',
        anyOf: [{ type: 'string' }, TEXTS],
      },
      rules,
      custom: {
        type: 'array',
        maxItems: 1000,
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['id', 'select', 'assert'],
          properties: {
            id: { type: 'string', pattern: '^[a-z][a-z0-9-]{1,99}$' },
            title: { type: 'string' },
            severity: { enum: ['info', 'warn', 'error'] },
            select: { enum: [...SELECTIONS] },
            where: { type: 'string', description: 'CEL' },
            assert: { type: 'string', description: 'CEL' },
            message: { type: 'string', maxLength: 1000 },
            remedy: { type: 'string', maxLength: 1000 },
          },
        },
      },
      overrides: {
        type: 'array',
        maxItems: 1000,
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['rules'],
          properties: {
            paths: { ...TEXTS, description: 'Globs; ** crosses folders.' },
            when: { type: 'string', description: 'CEL over file and vars' },
            rules: { $ref: '#/properties/rules' },
          },
        },
      },
      variables: {
        ...TEXTS,
        description: 'Path templates such as /show/{shot}/{width}x{height}/**; the first that matches gives vars.',
      },
      ignore: { ...TEXTS, description: 'Globs of files that are not judged.' },
    },
  }
}

function ruleSchema({ title, severity, options }: Rule): Record<string, unknown> {
  const properties: Record<string, unknown> = { severity: { enum: ['off', 'on', 'info', 'warn', 'error'] } }
  if (options !== undefined) {
    properties['options'] = {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(Object.entries(options).map(([name, spec]) => [name, optionSchema(spec)])),
    }
  }
  return {
    description: `${title} (${severity === 'policy' ? 'off until set' : severity})`,
    anyOf: [SEVERITY, { type: 'object', additionalProperties: false, properties }],
  }
}

function optionSchema({ type, default: value, about }: OptionSpec): Record<string, unknown> {
  const types = type === 'strings' ? TEXTS : { type }
  return { ...types, description: about, ...(value !== null && { default: value }) }
}
