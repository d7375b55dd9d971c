import { ANSWER_SCHEMAS } from './answer-schemas.ts'
import type { ParameterSchema, Parameters, Route } from './route.ts'
import { FILE_ID } from './route.ts'

/** The OpenAPI 3.1 document of the routes. */
export function openApi(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'exr-inspector explorer',
      version,
      description:
        'Questions to one catalog of OpenEXR files. Every request needs the cookie that the printed address sets; nothing can be changed.',
    },
    servers: [{ url: '/api/v1' }],
    paths,
    components: { schemas: ANSWER_SCHEMAS },
  }
}

function operation({ path, summary, answers, query = {}, required = [], body }: Route): object {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => parameter(name!, FILE_ID, 'path', true))
  const inQuery = Object.entries(query).map(([name, schema]) =>
    parameter(name, schema, 'query', required.includes(name)),
  )
  return {
    summary,
    parameters: [...inPath, ...inQuery],
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: objectSchema(body, Object.keys(body)) } },
      },
    }),
    responses: {
      200: {
        description: summary,
        content: answers.includes('/') ? { [answers]: {} } : { 'application/json': { schema: answerSchema(answers) } },
      },
      default: {
        description: 'What went wrong: code and message',
        content: { 'application/json': { schema: answerSchema('Problem') } },
      },
    },
  }
}

/** Of a type of api.ts, or of a list of them, `Facet[]`. */
function answerSchema(answers: string): object {
  const [name, ...lists] = answers.split('[]')
  const one = { $ref: `#/components/schemas/${name}` }
  return lists.length === 0 ? one : { type: 'array', items: one }
}

function parameter(
  name: string,
  { description, ...schema }: ParameterSchema,
  place: string,
  required: boolean,
): object {
  return { name, in: place, required, description, schema }
}

/** A schema that takes these properties and no others. */
export function objectSchema(properties: Parameters, required: readonly string[] = []): object {
  return { type: 'object', properties, required, additionalProperties: false }
}
