import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { open } from './server.ts'

const folder = mkdtempSync(join(tmpdir(), 'vast-tls-'))
const key = join(folder, 'key.pem')
const cert = join(folder, 'cert.pem')

function selfSigned(): boolean {
  try {
    const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...names],
      {
        stdio: 'ignore',
      },
    )
    return true
  } catch {
    console.warn('SKIPPED: TLS tests, because openssl cannot make a certificate here')
    return false
  }
}

describe.runIf(selfSigned())('TLS', () => {
  let server: Server
  let endpoint = ''

  beforeAll(async () => {
    server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => {
      response.setHeader('Server', 'vast 5.5.0.1')
      response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('refuses a certificate from an unknown authority, and says what to give', async () => {
    await expect(open(endpoint)).rejects.toMatchObject({
      code: 'ERR_VASTDB_CONNECT',
      stage: undefined,
      message: expect.stringContaining('tls.ca'),
    })
  })

  it('accepts the authority it was given, as text or bytes', async () => {
    for (const ca of [readFileSync(cert, 'utf8'), readFileSync(cert)]) {
      const session = await open(endpoint, { tls: { ca } })
      expect(session.version).toEqual([5, 5, 0, 1])
      await session.close()
    }
  })

  it('accepts anything when told so', async () => {
    const session = await open(endpoint, { tls: { rejectUnauthorized: false } })
    await session.close()
  })
})
