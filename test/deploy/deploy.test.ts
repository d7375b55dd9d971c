import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'

const script = fileURLToPath(new URL('../../deploy/deploy.sh', import.meta.url))
const example = fileURLToPath(new URL('../../.env.example', import.meta.url))
const secret = ['p"a$s$', '{HOME}w\\ord'].join('')

/** Writes down its arguments and the files they name; `get` succeeds for what a `create` has made before. */
const recorder = `#!/usr/bin/env bash
name=$(basename "$0")
printf '%s' "$name" >>"$STATE/calls"
printf ' %q' "$@" >>"$STATE/calls"
echo >>"$STATE/calls"
for arg in "$@"; do
  file=\${arg#@}
  [[ $file == *.yaml && -f $file ]] && cp "$file" "$STATE/$(basename "$file")" && stat -c %a "$file" >"$STATE/$(basename "$file").mode"
done
case "$name $1 $2" in
  'vastde functions create') echo 1 >"$STATE/functions" ;;
  'vastde functions update') echo $(($(<"$STATE/functions") + 1)) >"$STATE/functions" ;;
  'vastde triggers create') [[ $* == *--help* ]] && echo "\${HELP:---event --topic}" || touch "$STATE/triggers" ;;
  'vastde pipelines create') touch "$STATE/pipelines" ;;
  *' get') [[ -f $STATE/$1 ]] || exit 1; [[ $1 == functions ]] && echo "{\\"revision\\": $(<"$STATE/functions")}" ;;
esac
exit 0
`

describe('deploy.sh', () => {
  let folder: string
  let store: Server
  let endpoint: string

  beforeAll(async () => {
    store = createServer((_request, answer) => answer.end()).listen(0, '127.0.0.1')
    await new Promise((resolve) => store.once('listening', resolve))
    const address = store.address()
    endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  })
  afterAll(() => void store.close())

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'exr-deploy-'))
    for (const program of ['vastde', 'docker']) {
      writeFileSync(join(folder, program), recorder)
      chmodSync(join(folder, program), 0o755)
    }
    const settings = readFileSync(example, 'utf8')
      .replace(/^S3_ENDPOINT=.*$/m, `S3_ENDPOINT=${endpoint}`)
      .replace(/^S3_ACCESS_KEY=$/m, 'S3_ACCESS_KEY=AKEXAMPLE')
      .replace(/^S3_SECRET_KEY=$/m, () => `S3_SECRET_KEY='${secret}'`)
    writeFileSync(join(folder, '.env'), settings)
    return () => rmSync(folder, { recursive: true, force: true })
  })

  // The store must answer while the script runs, so the script runs in a process of its own and is awaited.
  const deploy = async (...args: string[]) => {
    const child = spawn('bash', [script, '--config', join(folder, '.env'), ...args], {
      env: { ...process.env, PATH: `${folder}:${process.env['PATH']}`, STATE: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk))
    const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
    return { status, output }
  }
  const calls = () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')
  const changes = () => calls().filter((call) => !/ (get|list|version|--help)\b|--help/.test(call))

  it('builds, pushes, creates and deploys, under a tag of its own', async () => {
    const { status, output } = await deploy('--yes', '--tag', 't1')
    expect(output).toContain('Done:')
    expect(status).toBe(0)
    expect(changes().map((call) => call.split(' ').slice(0, 3).join(' '))).toEqual([
      expect.stringContaining('docker build'),
      expect.stringContaining('docker push'),
      'vastde functions create',
      'vastde triggers create',
      'vastde pipelines create',
    ])
    expect(changes()[3]).toContain('--event ObjectCreated')
    expect(parse(readFileSync(join(folder, 'pipeline.yaml'), 'utf8'))).toMatchObject({
      name: 'exr-inspector-pipeline',
      manifest: {
        config: { secrets: ['exr-inspector-keys'] },
        function_deployments: [{ revision: 1, resources: { timeout: 120 } }],
      },
    })
  })

  it('writes secrets exactly, to a private file only, and never prints them', async () => {
    const { output } = await deploy('--yes')
    const secrets = parse(readFileSync(join(folder, 'secrets.yaml'), 'utf8')) as {
      entries: { key: string; value: string }[]
    }
    expect(secrets.entries).toContainEqual({ key: 'S3_SECRET_KEY', value: secret })
    expect(secrets.entries).toContainEqual({ key: 'VAST_DB_SECRET_KEY', value: secret })
    expect(readFileSync(join(folder, 'secrets.yaml.mode'), 'utf8').trim()).toBe('600')
    expect(output + calls().join('\n') + readFileSync(join(folder, 'pipeline.yaml'), 'utf8')).not.toContain('w\\ord')
  })

  it('updates what exists when run again, and rolls back', async () => {
    await deploy('--yes', '--tag', 't1')
    rmSync(join(folder, 'calls'))
    const second = await deploy('--yes', '--tag', 't2')
    expect(second.status).toBe(0)
    expect(second.output).toContain('--revision 1')
    expect(
      changes()
        .slice(2)
        .map((call) => call.split(' ').slice(0, 3).join(' ')),
    ).toEqual(['vastde functions update', 'vastde pipelines update', 'vastde pipelines deploy'])
    expect(readFileSync(join(folder, 'pipeline.yaml'), 'utf8')).toContain('revision: 2')
    rmSync(join(folder, 'calls'))
    await deploy('--yes', '--revision', '1')
    expect(changes().join('\n')).not.toContain('docker')
    expect(readFileSync(join(folder, 'pipeline.yaml'), 'utf8')).toContain('revision: 1')
  })

  it('changes nothing in a dry run, and prints every step', async () => {
    const { status, output } = await deploy('--dry-run')
    expect(status).toBe(0)
    for (const step of ['docker build', 'docker push', 'functions create', 'triggers create', 'pipelines create']) {
      expect(output).toContain(step)
    }
    expect(output).not.toContain('w\\ord')
    if (existsSync(join(folder, 'calls'))) expect(changes()).toEqual([])
  })

  it('names every setting that is missing, and stops before it changes anything', async () => {
    writeFileSync(join(folder, '.env'), 'REGISTRY=r\n')
    const { status, output } = await deploy('--yes')
    expect(status).toBe(1)
    expect(output).toMatch(/set these in .*FUNCTION_NAME.*S3_SECRET_KEY/)
    expect(existsSync(join(folder, 'calls'))).toBe(false)
  })

  it('asks first, and takes silence for no', async () => {
    const { status, output } = await deploy()
    expect(status).toBe(1)
    expect(output).toContain('pass --yes')
    expect(changes()).toEqual([])
  })

  it('never runs what a setting holds', () => {
    writeFileSync(
      join(folder, '.env'),
      `${readFileSync(example, 'utf8')}\nFUNCTION_NAME=$(touch ${join(folder, 'ran')})\n`,
    )
    spawnSync('bash', [script, '--config', join(folder, '.env'), '--dry-run'], { encoding: 'utf8' })
    expect(existsSync(join(folder, 'ran'))).toBe(false)
  })

  it('explains itself', () => {
    expect(execFileSync('bash', [script, '--help'], { encoding: 'utf8' })).toContain('--dry-run')
  })

  it('says why it prints its usage', () => {
    const { status, stderr } = spawnSync('bash', [script], { encoding: 'utf8' })
    expect([status, stderr.includes('--config is missing')]).toEqual([2, true])
    expect(spawnSync('bash', [script, '--chekc'], { encoding: 'utf8' }).stderr).toContain('unknown argument --chekc')
  })

  describe('--check', () => {
    /** A store that knows one key pair by its name, one bucket, and whether objects may be read. */
    const answers = { status: 200, code: '', object: 404, seen: [] as string[] }
    let bucketStore: Server
    beforeAll(async () => {
      bucketStore = createServer((request, answer) => {
        answers.seen.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`)
        const isObject = /check-\d+/.test(request.url ?? '')
        const isSigned = request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 Credential=AKEXAMPLE/') === true
        const [status, code] = isObject
          ? [answers.object, '']
          : isSigned
            ? [answers.status, answers.code]
            : [403, 'AccessDenied']
        answer.writeHead(status).end(code === '' ? '' : `<Error><Code>${code}</Code></Error>`)
      }).listen(0, '127.0.0.1')
      await new Promise((resolve) => bucketStore.once('listening', resolve))
    })
    afterAll(() => void bucketStore.close())
    beforeEach(() => {
      Object.assign(answers, { status: 200, code: '', object: 404, seen: [] })
      const address = bucketStore.address()
      const port = typeof address === 'object' ? address?.port : ''
      const path = join(folder, '.env')
      writeFileSync(
        path,
        readFileSync(path, 'utf8').replace(/^S3_ENDPOINT=.*$/m, `S3_ENDPOINT=http://127.0.0.1:${port}`),
      )
    })

    it('reaches endpoints, tries the keys, and warns of a bucket that is not set', async () => {
      const { status, output } = await deploy('--check')
      expect(output).toMatch(/ok +S3: the keys are taken and show bucket plates/)
      expect(output).toMatch(/ok +S3: the keys may read objects of plates/)
      expect(output).toMatch(/warning +VAST_DB_BUCKET is empty/)
      expect(status).toBe(0)
      expect(changes()).toEqual([])
      expect(output + answers.seen.join()).not.toContain('w\\ord')
    })

    it.each([
      [{ status: 403, code: 'InvalidAccessKeyId' }, /FAILED +S3 does not take the key pair/],
      [{ status: 403, code: 'AccessDenied' }, /FAILED +S3 refuses a look .* needs s3:ListBucket/],
      [{ status: 404, code: 'NoSuchBucket' }, /FAILED +S3: there is no bucket plates/],
      [{ object: 403 }, /FAILED +S3: the key's policy needs s3:GetObject/],
    ])('says what is wrong when the store answers %j', async (wrong, line) => {
      Object.assign(answers, wrong)
      const { status, output } = await deploy('--check')
      expect(output).toMatch(line)
      expect(status).toBe(1)
    })

    it('says that an endpoint is down', async () => {
      const path = join(folder, '.env')
      writeFileSync(path, readFileSync(path, 'utf8').replace(/^S3_ENDPOINT=.*$/m, 'S3_ENDPOINT=http://127.0.0.1:1'))
      const { status, output } = await deploy('--check')
      expect([status, /FAILED +S3_ENDPOINT .* does not answer/.test(output)]).toEqual([1, true])
    })
  })
})
