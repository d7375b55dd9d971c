/** Makes docs/guides/pictures/*.svg from what commands print on a terminal: `npx tsx scripts/terminal-shots.ts`. A test compares the two. */
import { cpSync, mkdtempSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openCatalog } from '../src/catalog/open.ts'
import { runHere } from '../test/cli/run-cli.ts'
import { fillFarm } from '../test/queries/farm.ts'
import { terminalSvg } from './terminal-svg.ts'

const COLUMNS = 80
const FARM = fileURLToPath(new URL('../test/fixtures/generated/farm/', import.meta.url))
const PICTURES = fileURLToPath(new URL('../docs/guides/pictures/', import.meta.url))

/** Name of a picture -> the command in it. */
const SHOTS: Readonly<Record<string, readonly string[]>> = {
  'ls-terminal': ['ls', '-l', '-r', 'renders'],
  'inspect-terminal': ['inspect', 'renders'],
  'broken-terminal': ['inspect', 'renders/sh010/beauty.1012.exr'],
  'validate-terminal': ['validate', 'renders'],
  'query-terminal': ['query', 'missing-frames', '--catalog', 'farm.duckdb'],
}

/** Sequences of the fixtures as a shot has them: frames 1007 and 1008 were never rendered, 1012 was cut off, 1019 has bytes behind it. */
function makeShow(folder: string): void {
  const copies = [
    ['nightfall/sh010/light/kitchen_beauty_v012', 'renders/sh010', 'beauty', 1024],
    ['nightfall/sh020/fx/smoke_deep_v002', 'renders/sh010/fx', 'smoke', 1024],
    ['nightfall/sh020/light/street_beauty_v008', 'renders/sh020', 'street', 1040],
  ] as const
  const written = new Date('2026-03-01T10:00:00Z')
  for (const [from, to, name, last] of copies) {
    for (const file of readdirSync(join(FARM, from))) {
      const frame = Number(/\.(\d+)\.exr$/.exec(file)?.[1])
      if (frame > last || (name === 'beauty' && (frame === 1007 || frame === 1008))) continue
      const copy = join(folder, to, `${name}.${frame}.exr`)
      cpSync(join(FARM, from, file), copy)
      if (name === 'beauty' && frame === 1012) truncateSync(copy, 6000)
      if (name === 'beauty' && frame === 1019) writeFileSync(copy, 'padding', { flag: 'a' })
      utimesSync(copy, written, written)
    }
  }
}

/** The pictures by name, made anew. */
export async function terminalShots(): Promise<Record<string, string>> {
  const cwd = mkdtempSync(join(tmpdir(), 'exr-shots-'))
  try {
    makeShow(cwd)
    const catalog = await openCatalog(join(cwd, 'farm.duckdb'))
    await fillFarm(catalog)
    await catalog.close()
    const pictures: Record<string, string> = {}
    for (const [name, args] of Object.entries(SHOTS)) {
      const env = { TERM: 'xterm-256color', FORCE_COLOR: '1' }
      const { stdout, stderr } = await runHere(args, { cwd, env, columns: COLUMNS })
      if (stderr !== '') throw new Error(`${args.join(' ')}: ${stderr}`)
      const typed = args.filter((arg, index) => arg !== '--catalog' && args[index - 1] !== '--catalog')
      pictures[name] = terminalSvg(`$ exr-inspector ${typed.join(' ')}\n${stdout}`, COLUMNS)
    }
    return pictures
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, svg] of Object.entries(await terminalShots())) {
    writeFileSync(join(PICTURES, `${name}.svg`), svg)
    console.log(`${name}.svg: ${svg.length} bytes`)
  }
}
