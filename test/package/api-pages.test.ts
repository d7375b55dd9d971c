import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { apiPages } from '../../scripts/api-pages.ts'
import { projectRoot } from '../helpers.ts'

it('has a page for every entry point, as declared now: npx tsx scripts/api-pages.ts', () => {
  const folder = join(projectRoot, 'docs/reference/api')
  const written = new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
  const made = apiPages()
  expect([...written.keys()].sort()).toEqual([...made.keys()].sort())
  for (const [name, text] of made) expect(written.get(name), name).toBe(text)
})
