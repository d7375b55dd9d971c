import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fixturePath, tempDir } from '../helpers.ts'
import { tinyFile } from '../inspect/tiny-file.ts'
import { rawExr } from '../pixels/raw-exr.ts'
import { runHere as runCli } from './run-cli.ts'

const dir = tempDir()
const frames = join(dir, 'frames')
mkdirSync(frames)
for (const frame of [998, 999, 1001]) copyFileSync(fixturePath('compression-zip.exr'), join(frames, `f.${frame}.exr`))

describe('validate', () => {
  it('answers with 0, 1, 2 and 3, and reads the policy before any file', async () => {
    expect((await runCli(['validate', frames])).code).toBe(0)
    expect((await runCli(['validate', frames, '-p', 'render-frame', '--max-tier', 'structure'])).code).toBe(1)
    expect((await runCli(['validate', '/nowhere', '-p', 'corr'])).code).toBe(2)
    const missing = await runCli(['validate', join(dir, 'missing.exr')])
    expect(missing.code).toBe(3)
    expect(missing.stderr).toContain('there is no such file. Check the path [ERR_SOURCE_NOT_FOUND]')
    // Neither is one at fault.
    const env = { EXR_S3_ENDPOINT: 'http://127.0.0.1:9', EXR_S3_ACCESS_KEY: 'a', EXR_S3_SECRET_KEY: 'b' }
    const unreached = await runCli(['validate', frames, '-p', 's3://bucket/p.yaml'], { env })
    expect(unreached).toMatchObject({ code: 3, stderr: expect.stringContaining('Cannot read the policy s3://') })
    expect((await runCli(['validate', frames, '--where', 'true'])).code).toBe(2)
    const nothing = await runCli(['validate', tempDir()])
    expect(nothing).toMatchObject({ code: 1, stderr: expect.stringContaining('Nothing found') })
    expect((await runCli(['validate', join(dir, 'no.####.exr'), '--allow-empty'])).code).toBe(0)
  })

  it('fails at the severity that was asked for', async () => {
    const args = ['validate', frames, '-p', 'color-interop']
    expect((await runCli(args)).code).toBe(0)
    expect((await runCli([...args, '--fail-on', 'warn'])).code).toBe(1)
  })

  it('finds the frame that is missing across a change of digits', async () => {
    const { stdout } = await runCli(['validate', frames, '-p', 'render-frame', '--max-tier', 'names', '--json'])
    const { findings } = JSON.parse(stdout)
    const [missing] = findings.filter((finding: { rule: string }) => finding.rule === 'seq-missing')
    expect(missing).toMatchObject({
      state: 'fail',
      severity: 'error',
      sequence: join(frames, 'f.###.exr'),
      frames: '1000',
    })
  })

  it('writes several reports at once', async () => {
    const out = (name: string) => join(dir, 'out', name)
    const formats = ['sarif=r.sarif', 'junit=r.xml', 'html=r.html', 'github=r.txt'].map((text) =>
      text.replace('=', `=${dir}/out/`),
    )
    await runCli([
      'validate',
      frames,
      '-p',
      'render-frame',
      '--max-tier',
      'structure',
      ...formats.flatMap((text) => ['-f', text]),
    ])
    const sarif = JSON.parse(readFileSync(out('r.sarif'), 'utf8'))
    expect(sarif).toMatchObject({ version: '2.1.0', runs: [{ tool: { driver: { name: 'exr-inspector' } } }] })
    const [run] = sarif.runs
    expect(run.tool.driver.rules).toHaveLength(189)
    for (const { ruleId, ruleIndex, partialFingerprints } of run.results) {
      expect(run.tool.driver.rules[ruleIndex].id).toBe(ruleId)
      expect(partialFingerprints['finding/v1']).toMatch(/^[0-9a-f]{32}$/)
    }
    expect(run.invocations[0].toolExecutionNotifications.length).toBeGreaterThan(0)
    expect(readFileSync(out('r.xml'), 'utf8')).toMatch(/<testcase [^>]*name="seq-missing"><failure type="error"/)
    expect(readFileSync(out('r.html'), 'utf8')).not.toMatch(/<script|src="http|href="http/)
    expect(readFileSync(out('r.txt'), 'utf8')).toMatch(/^::error file=.*,title=seq-missing::/m)
  })

  it('shows in HTML where bad pixels are, in a picture that the page brings along', async () => {
    const bytes = readFileSync(fixturePath('compression-none.exr'))
    // Ten halves that are no number, at the end of the last row: R comes last.
    for (let at = bytes.length - 20; at < bytes.length; at += 2) bytes.writeUInt16LE(0x7e00, at)
    const bad = join(dir, 'bad.exr')
    const page = join(dir, 'bad.html')
    writeFileSync(bad, bytes)
    const policy = join(dir, 'nan.yaml')
    writeFileSync(policy, 'rules: {pixel-nan: error}')
    expect((await runCli(['validate', bad, '-p', policy, '-f', `html=${page}`])).code).toBe(1)
    const { parts } = JSON.parse((await runCli(['inspect', '--json', bad])).stdout)
    const { width, height } = parts[0]
    const text = readFileSync(page, 'utf8')
    expect(text).toContain(`<svg viewBox="0 0 ${width} ${height}"`)
    expect(text).toMatch(/<image href="data:image\/jpeg;base64,\/9j\//)
    expect(text).toContain(`<rect x="${width - 10}" y="${height - 1}" width="10" height="1"`)
  })

  it('accepts findings of a baseline and tells new ones', async () => {
    const baseline = join(dir, 'accepted.json')
    const args = ['validate', frames, '-p', 'render-frame', '--max-tier', 'names']
    await runCli([...args, '--write-baseline', baseline])
    expect((await runCli([...args, '--baseline', baseline])).code).toBe(0)
    writeFileSync(join(frames, 'empty.exr'), '')
    expect((await runCli([...args, '--baseline', baseline])).code).toBe(1)
    // What fails no more goes, what is new does not come.
    await runCli([...args, '--write-baseline', baseline])
    const accepted = () => Object.keys(JSON.parse(readFileSync(baseline, 'utf8')).accepted)
    const before = accepted()
    rmSync(join(frames, 'empty.exr'))
    writeFileSync(join(frames, 'other.exr'), '')
    expect((await runCli([...args, '--baseline', baseline, '--prune-baseline'])).code).toBe(1)
    expect(accepted().length).toBe(before.length - 1)
    expect(before).toEqual(expect.arrayContaining(accepted()))
    rmSync(join(frames, 'other.exr'))
    expect((await runCli([...args, '--baseline', baseline])).code).toBe(0)
    // Of a rule that is not asked nothing is known.
    await runCli([...args, '--baseline', baseline, '--prune-baseline', '--skip', 'seq-missing'])
    expect((await runCli([...args, '--baseline', baseline])).code).toBe(0)
    expect(await runCli([...args, '--prune-baseline'])).toMatchObject({ code: 2 })
    writeFileSync(baseline, '{"version": 1, "accepted": []}')
    expect(await runCli([...args, '--baseline', baseline])).toMatchObject({ code: 2 })
  })
})

describe('validate --catalog', () => {
  it('tells what an ingest found in the bytes, until policy or files change', async () => {
    const catalog = join(dir, 'catalog.duckdb')
    const folder = join(dir, 'stored')
    mkdirSync(folder)
    for (const name of ['compression-zip.exr', 'unfinished-scanlines.exr'])
      copyFileSync(fixturePath(name), join(folder, name))
    await runCli(['ingest', folder, '-c', catalog, '--validate', 'core'])
    const judge = async (policy: string) =>
      JSON.parse((await runCli(['validate', '-c', catalog, '-p', policy, '--json'])).stdout)
    const fromBytes = JSON.parse((await runCli(['validate', folder, '--json'])).stdout)
    const kept = await judge('core')
    expect(kept.summary).toEqual({ ...fromBytes.summary, judged: 0, kept: 2 })
    const sorted = (findings: { rule: string; path: string }[]) =>
      findings.sort((a, b) => (`${a.rule} ${a.path}` < `${b.rule} ${b.path}` ? -1 : 1))
    expect(sorted(kept.findings)).toEqual(sorted(fromBytes.findings))
    expect((await judge('exchange-safe')).summary).toMatchObject({ judged: 2, kept: 0 })
    expect((await judge('exchange-safe')).summary).toMatchObject({ judged: 0, kept: 2 })
    expect((await runCli(['validate', folder, '-c', catalog])).code).toBe(2)
  })
})

describe('policy', () => {
  it('learns a policy from a good file that the file then meets', async () => {
    const policy = join(dir, 'learnt.yaml')
    const good = join(frames, 'f.999.exr')
    expect((await runCli(['policy', 'init', '--from', good, '-o', policy])).code).toBe(0)
    // Aliases of YAML are for machines.
    expect(readFileSync(policy, 'utf8')).not.toMatch(/[&*]a\d/)
    expect(existsSync(policy)).toBe(true)
    expect((await runCli(['validate', good, '-p', policy])).code).toBe(0)
    expect((await runCli(['validate', fixturePath('compression-piz.exr'), '-p', policy])).code).toBe(1)
    const cut = join(dir, 'cut.exr')
    writeFileSync(cut, readFileSync(good).subarray(0, 12))
    expect(await runCli(['policy', 'init', '--from', cut])).toMatchObject({ code: 1, stdout: '' })
    const nowhere = await runCli(['policy', 'init', '--from', good, '-o', join(dir, 'no', 'learnt.yaml')])
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('ERR_OPTION_INVALID') })
  })

  it('explains, lints and tests', async () => {
    expect((await runCli(['policy', 'explain', 'seq-missing'])).stdout).toContain('No gap in the expected range')
    const policy = join(dir, 'p.yaml')
    writeFileSync(policy, 'rules: {compress-allowed: {severity: error, options: {allowed: [piz]}}}')
    writeFileSync(join(dir, 'p.cases.yaml'), `- {file: ${join(frames, 'f.999.exr')}, fails: [compress-allowed]}`)
    expect((await runCli(['policy', 'test', policy])).stdout).toContain('1 cases, 0 failed')
    // What rules of pixels need is read for a case, too.
    const light = join(dir, 'light.yaml')
    writeFileSync(light, 'rules: {pixel-empty-channel: on}')
    writeFileSync(join(dir, 'light.cases.yaml'), '- {file: dark.exr, fails: [pixel-empty-channel]}')
    writeFileSync(
      join(dir, 'dark.exr'),
      rawExr(4, 4, ['Z'], () => 0),
    )
    expect((await runCli(['policy', 'test', light])).stdout).toContain('1 cases, 0 failed')
    for (const [wrong, why] of [
      ['- [', /p\.cases\.yaml:1:\d+: not YAML/],
      ['- {facts: x, fails: []}', /expected a list of/],
      ['- {facts: {payload: {}}, fails: []}', /case 1: the facts lack what a rule looks at/],
    ] as const) {
      writeFileSync(join(dir, 'p.cases.yaml'), wrong)
      expect(await runCli(['policy', 'test', policy])).toMatchObject({ code: 2, stderr: expect.stringMatching(why) })
    }
    writeFileSync(policy, 'rules: {compress-alowed: error}')
    const lint = await runCli(['policy', 'lint', policy])
    expect(lint.code).toBe(2)
    expect(lint.stderr).toContain('p.yaml:1:9')
  })
})

describe('policy explain --policy', () => {
  const policy = join(dir, 'own.yaml')
  writeFileSync(
    policy,
    `extends: core
custom:
  - {id: show-width, severity: error, select: part, where: "!part.is_deep", assert: part.width >= 1920, remedy: Render wider.}
rules: {pixel-nan: {severity: warn, options: {allow: 3}}, file-extension: off}`,
  )
  const explain = (...args: string[]) => runCli(['policy', 'explain', ...args])

  it("tells of the policy's own rules, as they are written", async () => {
    const { stdout } = await explain('show-width', '-p', policy)
    for (const text of ['custom, error', 'part.width >= 1920', '!part.is_deep', 'Render wider.', 'Needs header'])
      expect(stdout).toContain(text)
    const told = JSON.parse((await explain('show-width', '-p', policy, '--json')).stdout)
    expect(told).toMatchObject({ severity: 'error', group: 'custom', written: { select: 'part' }, set: {} })
    const unknown = await explain('show-widht', '-p', policy)
    expect([unknown.code, unknown.stderr.includes('did you mean show-width?')]).toEqual([2, true])
    expect((await explain('show-width')).stderr).toContain('need --policy')
  })

  it('lets no word of a policy act on the terminal', async () => {
    const painted = join(dir, 'painted.yaml')
    writeFileSync(
      painted,
      'name: "\\e[31mred"\ncustom: [{id: x1, select: file, title: "\\e[31mred", assert: "false", remedy: "\\e[31mred"}]',
    )
    for (const args of [
      ['policy', 'explain', 'x1', '-p', painted],
      ['policy', 'rules', '-p', painted],
      ['policy', 'lint', painted],
      ['validate', fixturePath('compression-zip.exr'), '-p', painted],
    ]) {
      const { stdout } = await runCli(args)
      expect(stdout).toContain('\\u001b[31mred')
      expect(stdout).not.toContain('\u001b[31mred')
    }
  })

  it('and what it makes of built-in ones', async () => {
    expect((await explain('pixel-nan', '-p', policy)).stdout).toMatch(/Pixels, warn[\s\S]*set to 3/)
    expect((await explain('file-extension', '-p', policy)).stdout).toContain(', off')
  })
})

describe('a plate', () => {
  const place = tempDir()
  mkdirSync(join(place, 'comp'))
  mkdirSync(join(place, 'plates'))
  const plate = (_: string, x: number, y: number) => x + y / 8
  const put = (name: string, channels: string[], value: typeof plate) =>
    writeFileSync(join(place, name), rawExr(8, 6, channels, value))
  const work = (_: string, x: number, y: number) => (x >= 2 && x < 4 && y === 3 ? 9 : plate(_, x, y))
  put('plates/sh1.1001.exr', ['B', 'G', 'R'], plate)
  put('plates/sh1.1002.exr', ['B', 'G', 'R'], plate)
  put('comp/sh1.1001.exr', ['A', 'B', 'G', 'R'], work)
  put('comp/sh1.1002.exr', ['B', 'R'], (_, x, y) => work(_, x, y) + (_ === 'R' && x === 7 && y === 0 ? 0.5 : 0))
  put('comp/sh1.1003.exr', ['B', 'G', 'R'], work)
  const policy = join(place, 'p.yaml')
  const options = 'plate: "../plates/{shot}.{frame}.exr", work_area: {x: 2, y: 3, width: 2, height: 1}'
  writeFileSync(
    policy,
    `variables: ["comp/{shot}.{frame}.exr"]\nrules: {deliver-plate-unchanged: {severity: error, options: {${options}}}}`,
  )
  const frame = (number: number) => join(place, `comp/sh1.${number}.exr`)
  const expected = [
    { state: 'fail', part_index: 0, channel: 'G', actual: 'no such channel' },
    {
      state: 'fail',
      part_index: 0,
      channel: 'R',
      actual: '1 of 46 samples differ, most at 7,0: 7.5 for 7',
      box: { min: { x: 7, y: 0 }, max: { x: 7, y: 0 } },
    },
  ]

  it('is compared outside of the work area, by every command that reads pixels', async () => {
    const { stdout, code } = await runCli(['validate', '--json', '-p', policy, join(place, 'comp')])
    const { findings, summary } = JSON.parse(stdout)
    expect([code, summary.states]).toMatchObject([1, { pass: 1, fail: 1, cannot_check: 1 }])
    const of = (number: number) => findings.filter(({ path }: { path: string }) => path === frame(number))
    expect(of(1002)).toMatchObject(expected)
    expect(of(1003)).toMatchObject([{ state: 'cannot_check', message: expect.stringContaining('1003.exr') }])
    const inspected = await runCli(['inspect', '--json', '--stats', '--validate', policy, frame(1002)])
    expect(JSON.parse(inspected.stdout).validation.findings).toMatchObject(expected)
    const header = await runCli(['inspect', '--json', '--validate', policy, frame(1002)])
    expect(JSON.parse(header.stdout).validation.states).toMatchObject({ fail: 0, not_checked: 1 })
  })

  it('is named by one path, with fields that the path of the file has', async () => {
    const told = async (text: string) => {
      writeFileSync(join(place, 'q.yaml'), text)
      return runCli(['validate', '--json', '-p', join(place, 'q.yaml'), frame(1001)])
    }
    const rule = (settings: string) => `rules: {deliver-plate-unchanged: {options: {${settings}}}}`
    const { stdout } = await told(rule('plate: "{shot}.exr"'))
    const explained = await runCli(['policy', 'explain', 'deliver-plate-unchanged', '-p', join(place, 'q.yaml')])
    expect(explained.stdout.replace(/\s+/g, ' ')).toContain('../plates/{shot}.{frame}.exr (set to "{shot}.exr")')
    expect(JSON.parse(stdout).findings[0].message).toContain('no variable captures {shot}')
    expect(JSON.parse((await told(rule('tolerance: 1'))).stdout).summary.states.not_applicable).toBe(1)
    for (const wrong of ['plate: "*.exr"', 'work_area: {x: 0, y: 0, width: 0, height: 1}', 'work_area: {x: 1.5}']) {
      const { code, stderr } = await told(rule(wrong))
      expect([code, stderr.includes('q.yaml:1:')], wrong).toEqual([2, true])
    }
  })
})

describe('where a path is taken', () => {
  const place = tempDir()
  const names = [1001, 1002, 1003].map((frame) => `a.${frame}.exr`)
  for (const name of [...names, 'b.1001.exr', 'b.1003.exr', 'x#1.exr'])
    writeFileSync(join(place, name), tinyFile().bytes)
  mkdirSync(join(place, 'links'))
  symlinkSync(join(place, 'a.1001.exr'), join(place, 'links/l.1001.exr'))
  symlinkSync(join(place, 'gone.exr'), join(place, 'links/l.1002.exr'))
  const at = (name: string) => join(place, name)

  it('patterns are taken by ls, from standard input too', async () => {
    const listed = async (args: string[], input = '') =>
      JSON.parse((await runCli(['ls', '--json', ...args], { stdin: input })).stdout).map(
        (entry: { files: number }) => entry.files,
      )
    expect(await listed([at('a.####.exr')])).toEqual([3])
    expect(await listed(['-'], `${at('a.%04d.exr')}\n${at('b.1001#.exr')}\n/elsewhere/c.exr\n`)).toEqual([1, 3, 1])
    expect(await listed([`file://${at('a.<F>.exr')}`])).toEqual([3])
    expect(await listed([`file://${at('x#1.exr')}`])).toEqual([1])
  })

  it('a file URL may have a # in its name', async () => {
    const { stdout } = await runCli(['inspect', '--json', `file://${at('x#1.exr')}`])
    expect(JSON.parse(stdout).file.path).toBe(at('x#1.exr'))
  })

  it('diff pairs the frames of two patterns', async () => {
    const { code, stdout } = await runCli(['diff', '--json', at('a.####.exr'), at('b.####.exr')])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ only_in_a: [at('a.1002.exr')], only_in_b: [], files: [{}, {}] })
    expect((await runCli(['diff', at('a.1001-1001#.exr'), at('b.1003.exr')])).code).toBe(0)
  })

  it('thumbnail takes a pattern that names one file, and says when it names several', async () => {
    const output = join(place, 't.png')
    expect((await runCli(['thumbnail', at('a.1002#.exr'), '-o', output])).code).toBe(0)
    const several = await runCli(['thumbnail', at('a.####.exr'), '-o', output])
    expect(several).toMatchObject({ code: 2, stderr: expect.stringContaining('names 3 files where one is asked for') })
  })

  it('links are passed over or followed, and those that lead nowhere are told', async () => {
    const passed = await runCli(['ls', at('links')])
    expect(passed).toMatchObject({ code: 1, stderr: expect.stringContaining('2 symbolic links passed over') })
    const followed = await runCli(['ls', '--follow', at('links')])
    expect(followed).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/l\.1002\.exr: it is a link to .*gone\.exr/),
    })
    expect(followed.stdout).toContain('1 file')
    // Those that a pattern does not mean are none of its troubles.
    const meant = await runCli(['ls', at('links/l.1001*.exr')])
    expect(meant).toMatchObject({ code: 0, stderr: '' })
    const named = await runCli(['inspect', at('links/l.####.exr')])
    expect(named.code).toBe(1)
    expect(named.stdout.replace(/\s+/g, ' ')).toMatch(/it is a link to .*gone\.exr/)
  })

  it('finding nothing is no error where that was said', async () => {
    for (const command of ['inspect', 'ls', 'stats']) {
      expect((await runCli([command, at('no.####.exr')])).code).toBe(1)
      expect((await runCli([command, at('no.####.exr'), '--allow-empty'])).code).toBe(0)
    }
  })
})

describe('ls', () => {
  it('lists a sequence as one line and one object', async () => {
    const { stdout } = await runCli(['ls', frames])
    expect(stdout).toMatch(/^frames +range +lacks +file\n/)
    expect(stdout).toMatch(/^ +3 {2}998-1001 {2}1000 {3}.*f\.###\.exr$/m)
    const [entry] = JSON.parse((await runCli(['ls', frames, '--json', '-l'])).stdout).filter(
      ({ kind }: { kind: string }) => kind === 'frames',
    )
    expect(entry).toMatchObject({
      first: 998,
      last: 1001,
      step: 1,
      frames: 3,
      missing: '1000',
      padding: 3,
      compression: 'zip',
      whole: true,
    })
  })

  it('names a compression once, however many parts have it, and shows what is deep or has levels', async () => {
    const folder = tempDir()
    for (const name of ['multipart-many.exr', 'deep-tile.exr', 'tiled-mipmap-down.exr'])
      copyFileSync(fixturePath(name), join(folder, name))
    const entries = JSON.parse((await runCli(['ls', folder, '--json', '-l'])).stdout)
    expect(entries.map((entry: Record<string, unknown>) => [entry['compression'], entry['kinds']])).toEqual([
      ['zips', ['deep', 'tiled']],
      ['zip', []],
      ['zip', ['mipmapped']],
    ])
    const { stdout } = await runCli(['ls', folder, '-l'])
    expect(stdout).toMatch(/zips deep tiled {2}whole {2}.*deep-tile\.exr\n/)
    expect(stdout).toMatch(/zip mipmapped {4}whole {2}.*tiled-mipmap-down\.exr\n/)
  })
})
