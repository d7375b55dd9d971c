/** Makes src/server/explorer/answer-schemas.ts from the types of the answers: `npx tsx scripts/answer-schemas.ts`. A test compares the two. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createGenerator } from 'ts-json-schema-generator'

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))

/** JSON Schemas by the name of the type; references as an OpenAPI document has them. */
export function answerSchemas(): object {
  const { definitions = {} } = createGenerator({
    path: path('src/server/explorer/api.ts'),
    tsconfig: path('tsconfig.json'),
    type: '*',
    skipTypeCheck: true,
    topRef: true,
  }).createSchema('*')
  const text = JSON.stringify(definitions).replaceAll('#/definitions/', '#/components/schemas/')
  return JSON.parse(text)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = path('src/server/explorer/answer-schemas.ts')
  const about = '/** JSON Schemas of the types of api.ts, made by scripts/answer-schemas.ts. */'
  writeFileSync(
    file,
    `${about}\nexport const ANSWER_SCHEMAS: Readonly<Record<string, object>> = ${JSON.stringify(answerSchemas())}\n`,
  )
  execFileSync('npx', ['biome', 'check', '--write', file])
}
