import { describe, expect, it } from 'vitest'
import { type SignedRequest, verifySignature } from '../../src/vastdb-emulator/signature.ts'
import { rawClient } from './raw-client.ts'
import { setup } from './setup.ts'

/** Worked out by hand from the signing rules with access key AK, secret SECRET and an empty region. */
const WORKED: SignedRequest = {
  method: 'GET',
  url: '/b/s?table',
  headers: {
    host: '127.0.0.1:9090',
    'x-amz-date': '20240102T030405Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AK/20240102//s3/aws4_request, SignedHeaders=host;x-amz-date, ' +
      'Signature=8bee90ee85962a62e18b096d0649e62fcf956c6b11b1005a2adde038f7a99803',
  },
  body: new Uint8Array(0),
}
const WORKED_RENAME: SignedRequest = {
  method: 'PUT',
  url: '/b/s/t?table&tabular-new-table-name=s%2Ft2',
  headers: {
    host: '127.0.0.1:9090',
    'x-amz-date': '20240102T030405Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AK/20240102//s3/aws4_request, SignedHeaders=host;x-amz-date, ' +
      'Signature=34f4664bb4438862405322f2fd6f04b7be24bad57249022b1bfb7b56e9900c2c',
  },
  body: Uint8Array.of(8, 0, 0, 0, 4, 0, 4, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
}
const KEYS = new Map([['AK', 'SECRET']])
const AT = new Date('2024-01-02T03:05:00Z')
const SKEW = 15 * 60 * 1000

const verify = (request: SignedRequest, at = AT) => verifySignature(request, KEYS, at, SKEW)

describe('a signature', () => {
  it('is accepted as the Python SDK makes it: two headers, no region', () => {
    verify(WORKED)
    verify(WORKED_RENAME)
  })

  it.each([
    ['method', { ...WORKED, method: 'DELETE' }],
    ['path', { ...WORKED, url: '/b/s2?table' }],
    ['query', { ...WORKED, url: '/b/s?schema' }],
    ['body', { ...WORKED, body: Uint8Array.of(1) }],
    ['host', { ...WORKED, headers: { ...WORKED.headers, host: 'elsewhere:9090' } }],
    ['date', { ...WORKED, headers: { ...WORKED.headers, 'x-amz-date': '20240102T030406Z' } }],
  ])('is refused when another %s was signed', (_, request) => {
    expect(() => verify(request)).toThrow(expect.objectContaining({ status: 403, code: 'SignatureDoesNotMatch' }))
  })

  it('is refused for a clock that is more than 15 minutes off, in either direction', () => {
    for (const at of ['2024-01-02T03:19:06Z', '2024-01-02T02:49:04Z']) {
      expect(() => verify(WORKED, new Date(at))).toThrow(expect.objectContaining({ code: 'RequestTimeTooSkewed' }))
    }
    verify(WORKED, new Date('2024-01-02T03:19:05Z'))
    verify(WORKED, new Date('2024-01-02T02:49:05Z'))
  })

  it('is refused for unknown keys, and when it is missing or no signature at all', () => {
    const authorization = WORKED.headers.authorization!
    const cases: [string | undefined, string][] = [
      [authorization.replace('AK/', 'KA/'), 'InvalidAccessKeyId'],
      [undefined, 'AccessDenied'],
      ['Basic dGVzdDp0ZXN0', 'AccessDenied'],
      [authorization.replace('host;', ''), 'AccessDenied'],
      [authorization.replace(/[0-9a-f]{4}$/, ''), 'AccessDenied'],
    ]
    for (const [value, code] of cases) {
      const { authorization: _, ...rest } = WORKED.headers
      const headers = value === undefined ? rest : { ...rest, authorization: value }
      expect(() => verify({ ...WORKED, headers })).toThrow(expect.objectContaining({ status: 403, code }))
    }
  })

  it('does not excuse a payload hash that is not the payload’s', () => {
    const headers = { ...WORKED.headers, 'x-amz-content-sha256': 'a'.repeat(64) }
    expect(() => verify({ ...WORKED, headers })).toThrow(expect.objectContaining({ code: 'XAmzContentSHA256Mismatch' }))
  })
})

describe('a server', () => {
  it('tells strangers its version beside the refusal, and nothing else', async () => {
    const { emulator, raw } = await setup({ version: '5.4.0.7' })
    const stranger = rawClient(emulator.endpoint, { accessKeyId: 'who', secretAccessKey: 'test' })
    const liar = rawClient(emulator.endpoint, { accessKeyId: 'test', secretAccessKey: 'guess' })
    expect(await raw('GET', '/?transaction')).toMatchObject({ status: 200, headers: { server: 'vast 5.4.0.7' } })
    expect(await stranger('GET', '/?transaction')).toMatchObject({ status: 403, headers: { server: 'vast 5.4.0.7' } })
    expect(await stranger('POST', '/?transaction')).toMatchObject({
      status: 403,
      code: 'InvalidAccessKeyId',
      headers: { server: 'vast 5.4.0.7', 'content-type': 'application/xml' },
    })
    expect(await liar('POST', '/?transaction')).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' })
    expect(await liar('HEAD', '/vastdb')).toMatchObject({ status: 403 })
    expect(await raw('HEAD', '/vastdb')).toMatchObject({ status: 200 })
    expect(await raw('HEAD', '/elsewhere')).toMatchObject({ status: 404 })
  })

  it('accepts names that need percent-encoding, encoded once or twice when signed', async () => {
    const { raw, session } = await setup()
    expect(await raw('POST', '/vastdb/a%20b?schema')).toMatchObject({ status: 200 })
    await session.transaction(async (tx) => {
      expect((await tx.bucket('vastdb').schemas()).map((schema) => schema.name)).toEqual(['a b'])
    })
  })

  it('writes errors as escaped XML without a namespace', async () => {
    const { raw } = await setup()
    const { body } = await raw('GET', '/vastdb/%3C&"%3E?table')
    expect(body.toString()).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?><Error><Code>NoSuchKey<\/Code><Message>Schema &lt;&amp;&quot;&gt; [^<]*<\/Message><Resource>[^<]*<\/Resource><RequestId>[0-9a-f]{16}<\/RequestId><\/Error>$/,
    )
  })
})
