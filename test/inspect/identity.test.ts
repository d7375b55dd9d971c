import { describe, expect, it } from 'vitest'
import { fileId, headerHash, normalizePath } from '../../src/inspect/identity.ts'

describe('normalizePath', () => {
  it.each([
    ['/shots/a.exr', '/shots/a.exr'],
    ['/shots//a/./b/../c.exr', '/shots/a/c.exr'],
    ['//shots/a.exr', '/shots/a.exr'],
    ['/../../a.exr', '/a.exr'],
    ['/shots/a/', '/shots/a'],
    ['/shots/..hidden/...exr', '/shots/..hidden/...exr'],
    ['/', '/'],
    ['/Shots/A.EXR', '/Shots/A.EXR'],
    ['/on posix/back\\slash.exr', '/on posix/back\\slash.exr'],
    ['C:\\Shots\\.\\a\\..\\b.exr', 'C:/Shots/b.exr'],
    ['C:\\..\\a.exr', 'C:/a.exr'],
    ['\\\\server\\share\\\\a.exr', '//server/share/a.exr'],
    ['file:///shots/a%20b.exr', '/shots/a b.exr'],
    ['file://localhost/shots/a.exr', '/shots/a.exr'],
    ['../a/../b.exr', '../b.exr'],
    ['memory', 'memory'],
  ])('%s becomes %s', (given, expected) => {
    expect(normalizePath(given)).toBe(expected)
  })

  it('makes the two ways to write an accented letter one', () => {
    expect(normalizePath('/shots/e\u0301te\u0301.exr')).toBe('/shots/\u00e9t\u00e9.exr')
  })

  it('leaves S3 keys alone, where // and .. are ordinary characters', () => {
    for (const url of ['s3://bucket//a/../b/./c.exr', 's3://bucket/a\\b.exr', 's3://bucket/%20+ .exr']) {
      expect(normalizePath(url)).toBe(url)
    }
  })

  it('keeps the URL form of a name that is not UTF-8, so that two such names never become one', () => {
    expect(normalizePath('file:///shots//./b%E9b%E9.exr')).toBe('file:///shots/b%E9b%E9.exr')
  })

  it('folds case only when asked to, and never of S3 keys', () => {
    expect(normalizePath('/Shots/A.EXR', { foldCase: true })).toBe('/shots/a.exr')
    expect(normalizePath('s3://bucket/A.EXR', { foldCase: true })).toBe('s3://bucket/A.EXR')
  })
})

describe('keys', () => {
  it('hashes as sha256sum does', () => {
    // printf abc | sha256sum
    expect(headerHash(new TextEncoder().encode('abc'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
    // printf '/a.exr\0deadbeef' | sha256sum | cut -c1-32
    expect(fileId('/a.exr', 'deadbeef')).toBe('e544cc7b9586ef423e77a555794fc1e3')
  })
})
