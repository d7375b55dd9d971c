import { ExrError } from '../errors.ts'
import { type ByteStore, StoredAttribute } from './attribute.ts'
import { int32At, isUtf8Text, uint32At } from './bytes.ts'
import { checkFile } from './check-file.ts'
import { checkPart } from './check-part.ts'
import type { DefectCode } from './defect-codes.ts'
import { DefectList } from './defects.ts'
import { LONG_NAME, MAGIC, SHORT_NAME } from './format.ts'
import { limitFlag, resolveLimits } from './limits.ts'
import type { HeaderMemory } from './memory.ts'
import type { ExrHeader, HeaderLimits, HeaderProgress, VersionFlags } from './model.ts'
import { endHash, nameAt, nextHash } from './names.ts'
import { StoredPart } from './part.ts'
import { sniff } from './sniff.ts'
import { guessText } from './text-encoding.ts'

const VERSION_BYTES = 8

/** What is known of a file before its header is scanned, and what it may claim. */
export interface ScanOptions {
  /** Whole size of the file in bytes, when known: sizes that leave it are then reported without asking for them. */
  readonly fileSize?: number
  readonly limits?: Partial<HeaderLimits>
  /** Throw LimitReached at a limit, rather than check and report what was read up to there. Default false. */
  readonly stopAtLimit?: boolean
  /** What headers said before. Default none: everything is found out anew. */
  readonly memory?: HeaderMemory | undefined
}

/** A header needs more than a limit allows, and was to be given up there. Never leaves the code that asked for it. */
export class LimitReached extends Error {
  override readonly name = 'LimitReached'
  readonly limit: keyof HeaderLimits
  /** What the header asks for as far as it was read. */
  readonly needed: number

  constructor(limit: keyof HeaderLimits, needed: number) {
    super(`The header needs ${needed} of ${limit}.`)
    this.limit = limit
    this.needed = needed
  }
}

/** Header under construction; becomes the result as it is. */
interface HeaderState extends ExrHeader {
  version: number
  versionWord: number
  flags: VersionFlags
  readonly parts: StoredPart[]
  byteLength: number
  isTerminated: boolean
}

/** Why reading cannot go on with the bytes at hand. */
interface Need {
  readonly needBytes: number
  readonly exact: boolean
}

/**
 * Reads a header from a prefix that grows between calls. It goes on where it stopped, so the work over all calls is
 * linear in the header's size whatever the steps. The `header` of an unfinished result grows with the next call.
 */
export class HeaderScanner {
  readonly #limits: HeaderLimits
  readonly #fileSize: number
  readonly #stopsAtLimit: boolean
  readonly #memory: HeaderMemory | undefined
  readonly #store: ByteStore
  readonly #defects = new DefectList()
  readonly #header: HeaderState = {
    version: 0,
    versionWord: 0,
    flags: { tiled: false, longNames: false, nonImage: false, multiPart: false },
    parts: [],
    byteLength: 0,
    isTerminated: false,
    defects: this.#defects.items,
  }
  #part: StoredPart | undefined
  #maxName = SHORT_NAME
  #sawLongName = false
  #attributeCount = 0
  #done = false
  // Where the name or type found last ends, and the hash of its bytes; fields because a pair per name would be garbage.
  #end = 0
  #hash = 0

  constructor(options: ScanOptions = {}) {
    this.#limits = resolveLimits(options.limits)
    this.#fileSize = options.fileSize ?? Number.POSITIVE_INFINITY
    this.#stopsAtLimit = options.stopAtLimit ?? false
    if (options.memory?.maxChannels === this.#limits.channels) this.#memory = options.memory
    this.#store = { bytes: new Uint8Array(0), maxChannels: this.#limits.channels }
  }

  /**
   * @param prefix the file's first bytes; at least as many as in the call before.
   * Throws ERR_EXR_MAGIC when the file is not an OpenEXR file, ERR_SOURCE_EMPTY and ERR_EXR_TRUNCATED when the file
   * is known to hold fewer than the eight bytes every file begins with; LimitReached where `stopAtLimit` asks for it.
   */
  scan(prefix: Uint8Array): HeaderProgress {
    const header = this.#header
    if (this.#done) return { done: true, header }
    this.#store.bytes = prefix
    if (header.byteLength === 0) {
      const need = this.#readVersion(prefix)
      if (need !== null) return { done: false, header, ...need }
    }
    const need = this.#readParts(prefix)
    if (need === null) return { done: true, header }
    if (prefix.length < this.#fileSize) {
      const needBytes = Math.min(need.needBytes, this.#fileSize)
      return { done: false, header, needBytes, exact: need.exact }
    }
    return this.finish()
  }

  /** Takes the last prefix for all there is: a header that has not ended by now is reported as such. */
  finish(): HeaderProgress {
    const header = this.#header
    if (this.#done) return { done: true, header }
    const { length } = this.#store.bytes
    if (length < VERSION_BYTES) throw tooShort(length)
    const part = this.#part?.index ?? null
    if (header.byteLength === length) {
      this.#report(
        'header-not-terminated',
        'The bytes end where an attribute or the end of the header should follow',
        length,
        part,
      )
    } else {
      const message = `The bytes end at byte ${length}, inside the attribute that begins at byte ${header.byteLength}`
      this.#report('header-truncated', message, header.byteLength, part)
    }
    return this.#close()
  }

  #readVersion(prefix: Uint8Array): Need | null {
    for (let i = 0; i < Math.min(4, prefix.length); i++) {
      if (prefix[i] !== ((MAGIC >> (8 * i)) & 0xff)) throw wrongMagic(prefix)
    }
    if (prefix.length < VERSION_BYTES) {
      if (this.#fileSize < VERSION_BYTES) throw tooShort(this.#fileSize)
      return { needBytes: VERSION_BYTES + 1, exact: true }
    }
    const header = this.#header
    const word = uint32At(prefix, 4)
    header.versionWord = word
    header.version = word & 0xff
    header.flags = {
      tiled: (word & 0x200) !== 0,
      longNames: (word & 0x400) !== 0,
      nonImage: (word & 0x800) !== 0,
      multiPart: (word & 0x1000) !== 0,
    }
    header.byteLength = VERSION_BYTES
    this.#maxName = header.flags.longNames ? LONG_NAME : SHORT_NAME
    if (!header.flags.multiPart) this.#openPart()
    return null
  }

  #openPart(): StoredPart {
    const part = new StoredPart(this.#header.parts.length, this.#header.byteLength)
    this.#header.parts.push(part)
    this.#part = part
    return part
  }

  /** Null when the header is complete or reading had to stop for good. */
  #readParts(prefix: Uint8Array): Need | null {
    const header = this.#header
    for (;;) {
      const position = header.byteLength
      if (position >= prefix.length) return { needBytes: position + 1, exact: true }
      if (prefix[position] !== 0) {
        const need = this.#readAttribute(prefix, position)
        if (need !== null) return need
        if (this.#done) return null
        continue
      }
      if (position + 1 > this.#limits.headerBytes)
        return this.#overLimit('headerBytes', 'header bytes', position, position + 1)
      header.byteLength = position + 1
      const part = this.#part
      this.#part = undefined
      if (part !== undefined) part.isTerminated = true
      if (!header.flags.multiPart || part === undefined) {
        header.isTerminated = true
        this.#close()
        return null
      }
    }
  }

  #readAttribute(prefix: Uint8Array, start: number): Need | null {
    const header = this.#header
    const { parts } = header
    if (this.#part === undefined && parts.length >= this.#limits.parts) {
      return this.#overLimit('parts', 'parts', start, parts.length + 1)
    }
    const index = this.#part?.index ?? parts.length
    if (this.#readKnown(prefix, start, index)) return null
    if (!this.#findEnd(prefix, start)) return this.#missingEnd(prefix, start, index, 'name')
    const nameEnd = this.#end
    const nameHash = this.#hash
    if (!this.#findEnd(prefix, nameEnd + 1)) return this.#missingEnd(prefix, nameEnd + 1, index, 'type')
    const typeEnd = this.#end
    const valueOffset = typeEnd + 5
    if (valueOffset > prefix.length) return { needBytes: valueOffset + 1, exact: true }

    const name = nameAt(prefix, start, nameEnd, nameHash)
    const size = int32At(prefix, typeEnd + 1)
    if (size < 0) {
      this.#report(
        'attribute-size-negative',
        `Attribute ${name} claims a size of ${size} bytes`,
        typeEnd + 1,
        index,
        name,
      )
      this.#close()
      return null
    }
    const end = valueOffset + size
    if (end > this.#fileSize) {
      const message = `Attribute ${name} claims ${size} bytes from byte ${valueOffset}, but the file has only ${this.#fileSize}: it is cut short or the size is wrong`
      this.#report('attribute-leaves-file', message, typeEnd + 1, index, name)
      this.#close()
      return null
    }
    // Its closing zero byte belongs to the header too.
    if (end + 1 > this.#limits.headerBytes) return this.#overLimit('headerBytes', 'header bytes', typeEnd + 1, end + 1)
    if (end > prefix.length) return { needBytes: end + 1, exact: true }
    const part = this.#part ?? this.#openPart()
    const { attributes, totalAttributes } = this.#limits
    if (part.attributes.length >= attributes) {
      return this.#overLimit('attributes', 'attributes in a part', start, part.attributes.length + 1)
    }
    if (this.#attributeCount >= totalAttributes) {
      return this.#overLimit('totalAttributes', 'attributes in all parts', start, this.#attributeCount + 1)
    }
    this.#attributeCount++

    const type = nameAt(prefix, nameEnd + 1, typeEnd, this.#hash)
    this.#checkName(prefix, start, nameEnd, index, name, 'name')
    this.#checkName(prefix, nameEnd + 1, typeEnd, index, name, 'type')
    const hash = nameHash ^ Math.imul(this.#hash, 31)
    const seen = this.#memory?.value(prefix, valueOffset, size, name, type, hash)
    if (seen !== undefined) this.#memory?.expect(index, part.attributes.length, seen)
    const attribute = new StoredAttribute(this.#store, name, type, start, nameEnd, valueOffset, size, seen)
    this.#add(part, attribute)
    header.byteLength = end
    return null
  }

  #add(part: StoredPart, attribute: StoredAttribute): void {
    if (part.add(attribute)) return
    const { name, byteOffset } = attribute
    this.#report('duplicate-attribute', `Attribute ${name} appears more than once`, byteOffset, part.index, name)
  }

  /** Reads an attribute that the header before had at this place; false for another one, and at a limit. */
  #readKnown(prefix: Uint8Array, start: number, index: number): boolean {
    const place = this.#part?.attributes.length ?? 0
    const known = this.#memory?.again(index, place, prefix, start)
    if (known === undefined) return false
    const { name, type, bytes } = known
    const nameEnd = start + name.length
    const valueOffset = nameEnd + 1 + type.length + 5
    const end = valueOffset + bytes.length
    const { attributes, totalAttributes, headerBytes } = this.#limits
    if (end > this.#fileSize || end + 1 > headerBytes) return false
    if (place >= attributes || this.#attributeCount >= totalAttributes) return false
    const part = this.#part ?? this.#openPart()
    this.#attributeCount++
    this.#add(part, new StoredAttribute(this.#store, name, type, start, nameEnd, valueOffset, bytes.length, known))
    this.#header.byteLength = end
    return true
  }

  /** Looks for the NUL that ends a name; false when it is not within the longest name or not in the prefix. */
  #findEnd(prefix: Uint8Array, start: number): boolean {
    const limit = Math.min(prefix.length, start + LONG_NAME + 1)
    let hash = 0
    for (let i = start; i < limit; i++) {
      const byte = prefix[i]!
      if (byte === 0) {
        this.#end = i
        this.#hash = endHash(hash)
        return true
      }
      hash = nextHash(hash, byte)
    }
    return false
  }

  #missingEnd(prefix: Uint8Array, start: number, index: number, what: string): Need | null {
    if (prefix.length < start + LONG_NAME + 1) {
      const guess = Math.min(prefix.length * 2, this.#limits.headerBytes)
      return { needBytes: Math.max(guess, start + LONG_NAME + 1), exact: false }
    }
    this.#report(
      'name-unterminated',
      `The attribute ${what} at byte ${start} has no end within ${LONG_NAME} bytes`,
      start,
      index,
    )
    this.#close()
    return null
  }

  #checkName(prefix: Uint8Array, start: number, end: number, index: number, name: string, what: string): void {
    const length = end - start
    if (length > SHORT_NAME) this.#sawLongName = true
    if (length > this.#maxName) {
      const message = `Attribute ${what} ${name} has ${length} bytes; without the long names flag ${SHORT_NAME} are allowed`
      this.#report('name-too-long', message, start, index, name)
    } else if (length === 0) {
      this.#report('attribute-type-empty', `Attribute ${name} has no type name`, start, index, name)
    }
    for (let i = start; i < end; i++) {
      if (prefix[i]! < 0x80) continue
      if (!isUtf8Text(prefix.subarray(start, end))) {
        const { encoding, text } = guessText(prefix.subarray(start, end))
        const message = `Attribute ${what} ${text} is not valid UTF-8; it is read as ${encoding}`
        this.#report('name-not-utf8', message, start, index, name)
      }
      return
    }
  }

  /** `needed` is what the header asks for as far as it was read. */
  #overLimit(limit: keyof HeaderLimits, what: string, byteOffset: number, needed: number): null {
    if (this.#stopsAtLimit) throw new LimitReached(limit, needed)
    const message = `The header needs at least ${needed} ${what}, more than the limit of ${this.#limits[limit]}. ${limitFlag(limit, needed)} raises it (limits.${limit} in the library)`
    this.#defects.addLimit({ name: limit, value: this.#limits[limit] }, message, byteOffset, this.#part?.index ?? null)
    this.#close()
    return null
  }

  #report(code: DefectCode, message: string, byteOffset: number, partIndex: number | null, attribute?: string): void {
    this.#defects.add(code, message, byteOffset, partIndex, attribute)
  }

  #close(): HeaderProgress {
    const header = this.#header
    this.#done = true
    for (const part of header.parts) {
      if (checkPart(header, part, this.#limits, this.#defects, this.#memory)) this.#sawLongName = true
    }
    checkFile(header, this.#sawLongName, this.#defects)
    this.#defects.finish()
    return { done: true, header }
  }
}

/**
 * One step over a prefix that is read from its start. To go on without reading it again, keep a `HeaderScanner`.
 * Throws as `HeaderScanner.scan` does.
 */
export function scanHeader(prefix: Uint8Array, options?: ScanOptions): HeaderProgress {
  return new HeaderScanner(options).scan(prefix)
}

/**
 * Everything a file's bytes, or a long enough prefix of them, say in their headers; whatever breaks the format is in
 * `defects`, and bytes that end early give all that was read before. `fileSize` defaults to the bytes given. The header
 * holds views into `bytes`, which must not change while it is in use.
 * Throws ERR_EXR_MAGIC for a file that is not OpenEXR, ERR_SOURCE_EMPTY for no bytes, ERR_EXR_TRUNCATED for fewer than 8.
 */
export function decodeHeader(bytes: Uint8Array, options: ScanOptions = {}): ExrHeader {
  const fileSize = Math.max(options.fileSize ?? 0, bytes.length)
  const scanner = new HeaderScanner({ ...options, fileSize })
  const progress = scanner.scan(bytes)
  return progress.done ? progress.header : scanner.finish().header
}

function wrongMagic(prefix: Uint8Array): ExrError {
  const found = Array.from(prefix.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join('')
  const what = sniff(prefix)
  const message = `Not an OpenEXR file: ${what === null ? '' : `it is ${what}; `}it begins with ${found}, not with 762f3101`
  return new ExrError('ERR_EXR_MAGIC', message, { details: { byteOffset: 0 } })
}

function tooShort(length: number): ExrError {
  if (length === 0) return new ExrError('ERR_SOURCE_EMPTY', 'The file is empty; an OpenEXR file has at least 8 bytes')
  const message = `The file has ${length} bytes; an OpenEXR file begins with 8 bytes of magic number and version`
  return new ExrError('ERR_EXR_TRUNCATED', message, { details: { byteOffset: length } })
}
