import { describe, expect, it } from 'vitest'
import { createSigner, queryString } from '../../src/vastdb/sign.ts'
import { EMPTY_ALTER } from './goldens.ts'

const signer = createSigner('AK', 'SECRET', '')
const endpoint = new URL('http://127.0.0.1:9090')
const date = new Date('2024-01-02T03:04:05Z')

describe('request signatures', () => {
  it('are those of the vendor’s client for a request without a body', async () => {
    const headers = await signer.sign({ method: 'GET', endpoint, path: '/b/s', query: { table: '' } }, date)
    expect(headers).toEqual({
      host: '127.0.0.1:9090',
      'x-amz-date': '20240102T030405Z',
      'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AK/20240102//s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=8bee90ee85962a62e18b096d0649e62fcf956c6b11b1005a2adde038f7a99803',
    })
  })

  it('are those of the vendor’s client for a body and an encoded query value', async () => {
    const headers = await signer.sign(
      {
        method: 'PUT',
        endpoint,
        path: '/b/s/t',
        query: { table: '', 'tabular-new-table-name': 's/t2' },
        body: EMPTY_ALTER,
      },
      date,
    )
    expect(headers['x-amz-content-sha256']).toBe('405e0d43aa189d1f74d15658d1ba1eb57e810023d5c30c59d34fbffa18d8868c')
    expect(headers['authorization']).toMatch(
      /Signature=34f4664bb4438862405322f2fd6f04b7be24bad57249022b1bfb7b56e9900c2c$/,
    )
  })

  it('leave the scheme’s own port out of the signed host', async () => {
    for (const [address, host] of [
      ['http://db.example:80', 'db.example'],
      ['https://db.example:443', 'db.example'],
      ['https://db.example:8443', 'db.example:8443'],
    ] as const) {
      const headers = await signer.sign({ method: 'GET', endpoint: new URL(address), path: '/', query: {} }, date)
      expect(headers['host']).toBe(host)
    }
  })

  it('name a region when one is given', async () => {
    const signed = await createSigner('AK', 'SECRET', 'us-east-1').sign(
      { method: 'GET', endpoint, path: '/', query: {} },
      date,
    )
    expect(signed['authorization']).toContain('Credential=AK/20240102/us-east-1/s3/aws4_request')
  })
})

describe('query strings', () => {
  it('start with the bare command and list the items in order', () => {
    expect(queryString('column', { 'tabular-new-column-name': 'b', 'tabular-column-name': 'a' })).toBe(
      '?column&tabular-column-name=a&tabular-new-column-name=b',
    )
    expect(queryString(undefined, {})).toBe('')
  })

  it('encode every character that means something in a query', () => {
    expect(queryString('table', { name: "a b/c+d&e=f~g(h)*!'" })).toBe(
      '?table&name=a%20b%2Fc%2Bd%26e%3Df~g%28h%29%2A%21%27',
    )
  })
})
