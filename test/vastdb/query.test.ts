import {
  Binary,
  Bool,
  DateDay,
  Decimal,
  Field,
  FixedSizeList,
  Float16,
  Float32,
  Float64,
  Int8,
  Int16,
  Int64,
  List,
  Map_,
  Struct,
  TimeNanosecond,
  TimestampMicrosecond,
  Uint64,
  Utf8,
} from 'apache-arrow'
import { describe, expect, it } from 'vitest'
import { and, col, or, type Predicate } from '../../src/vastdb/predicate.ts'
import { encodeQuery } from '../../src/vastdb/wire/query.ts'
import { decodeQuery } from './decode.ts'
import { QUERY_A_EQUALS_5, QUERY_ALL } from './goldens.ts'

const field = (name: string, type: ConstructorParameters<typeof Field>[1], nullable = true) =>
  new Field(name, type, nullable)
const a = field('a', new Int64())

function encode(columns: readonly Field[], where?: Predicate, filterColumns: readonly Field[] = []) {
  return encodeQuery({ columns, filterColumns, groups: where?.groups() ?? [] })
}

/** `equal(#1, 5)`, strings and bytes in hex. */
function short(node: unknown): string {
  const each = node as { call?: string; arguments?: unknown[]; field?: number; literal?: string; value?: unknown }
  if (each.call !== undefined) return `${each.call}(${(each.arguments ?? []).map(short).join(', ')})`
  if (each.field !== undefined) return `#${each.field}`
  return Array.isArray(each.value) ? `[${each.value.map(short).join(',')}]` : String(each.value)
}

function filterOf(columns: readonly Field[], where: Predicate): string {
  return short(decodeQuery(encode(columns, where)).filter)
}

describe('query bodies', () => {
  it('say what the vendor’s client says for a plain scan', () => {
    expect(decodeQuery(encode([a]))).toEqual(decodeQuery(QUERY_ALL))
  })

  it('say what the vendor’s client says for a filter', () => {
    expect(decodeQuery(encode([a], col('a').eq(5)))).toEqual(decodeQuery(QUERY_A_EQUALS_5))
  })

  it('number leaves across every kind of nesting', () => {
    const columns = [
      field('x', new Int64()),
      field('l', new List(field('element', new Int8()))),
      field('fl', new FixedSizeList(4, field('', new Float32(), false))),
      field(
        'm',
        new Map_(
          field('entries', new Struct([field('k', new Utf8(), false), field('v', new Float64())]), false) as never,
        ),
      ),
      field('s', new Struct([field('x', new Int16()), field('q', new Struct([field('q1', new Utf8())]))])),
      field('w', new Utf8()),
    ] as Field[]
    const query = decodeQuery(encode(columns))
    expect(query.projection).toEqual([0, 2, 4, 7, 8, 10, 12, 13])
    expect(query.fields[1]!.children[0]!.name).toBe('item')
    expect(query.fields[2]!.children[0]).toMatchObject({ name: 'item', nullable: false })
    expect(query.fields[3]!.children[0]!.name).toBe('entries')
  })

  it('build the tree of the vendor’s client for a filter with everything in it', () => {
    const w = field('w', new Utf8())
    const x = field('x', new Int64())
    const s = field('s', new Struct([field('x', new Int16()), field('q', new Struct([field('q1', new Utf8())]))]))
    const fl = field('fl', new FixedSizeList(4, field('item', new Float32(), false)))
    const where = and(
      col('x').in([1, 2]),
      or(col('w').startsWith('ab'), col('w').isNull(), col('w').contains('z')),
      col('s').field('q').field('q1').eq('k'),
      col('fl').gt([1, 2, 3, 4]),
      col('w').isNotNull(),
      col('x').between(5, 9),
    )
    const query = decodeQuery(encode([w, x], where, [s, fl] as Field[]))
    expect(query.projection).toEqual([0, 1])
    expect(short(query.filter)).toBe(
      'and(or(equal(#1, 1), equal(#1, 2)), or(and(greater_equal(#0, 6162), less(#0, 6163)), is_null(#0), match_substring(#0, 7a)), or(equal(#5, 6b)), or(greater(#7, [1,2,3,4])), or(is_valid(#0)), or(and(greater_equal(#1, 5), less_equal(#1, 9))))',
    )
    expect(JSON.stringify(query.filter, big)).toContain('"literal":"ListLiteral"')
    expect(JSON.stringify(query.filter, big)).not.toContain('fixed_size_list')
  })

  it('write each type’s literal in the column’s unit', () => {
    const check = (type: ConstructorParameters<typeof Field>[1], value: Parameters<ReturnType<typeof col>['eq']>[0]) =>
      filterOf([field('c', type)], col('c').eq(value))
        .replace('and(or(equal(#0, ', '')
        .replace(')))', '')
    expect(check(new DateDay(), new Date('2024-04-10T00:00:00Z'))).toBe('19823')
    expect(check(new TimestampMicrosecond(), new Date('2024-04-10T12:00:00Z'))).toBe('1712750400000000')
    expect(check(new TimeNanosecond(), 1_000_000_000n)).toBe('1000000000')
    expect(check(new Decimal(3, 7), '231.15')).toBe(`${'ee8603'.padEnd(32, '0')}`)
    expect(check(new Decimal(3, 7), '-0.001')).toBe('f'.repeat(32))
    expect(check(new Bool(), true)).toBe('true')
    expect(check(new Binary(), Uint8Array.of(0, 255))).toBe('00ff')
    expect(check(new Uint64(), 2n ** 64n - 1n)).toBe('18446744073709551615')
    expect(check(new Int64(), -1)).toBe('-1')
    // Python: struct.pack('<e', x) of 1.5, 65504 and 1e-7.
    expect(check(new Float16(), 1.5)).toBe(String(0x3e00))
    expect(check(new Float16(), 65504)).toBe(String(0x7bff))
    expect(check(new Float16(), 1e-7)).toBe(String(0x0002))
  })

  it('bound prefixes by raw bytes, also where they are not UTF-8', () => {
    expect(filterOf([field('w', new Utf8())], col('w').startsWith('\u{10ffff}'))).toBe(
      'and(or(and(greater_equal(#0, f48fbfbf), less(#0, f48fbfc0))))',
    )
    expect(filterOf([field('w', new Utf8())], col('w').startsWith(''))).toBe('and(or(is_valid(#0)))')
  })

  it('send no column twice when only the filter needs it', () => {
    const query = decodeQuery(encode([], col('a').gt(3), [a]))
    expect(query.projection).toEqual([])
    expect(query.fields.map((each) => each.name)).toEqual(['a'])
  })

  it('refuse a list too long for one request', () => {
    const values = Array.from({ length: 200_000 }, (_, i) => i)
    expect(() => encode([a], col('a').in(values))).toThrow(expect.objectContaining({ code: 'ERR_VASTDB_TOO_LARGE' }))
  })
})

describe('filters the server cannot evaluate', () => {
  const b = field('b', new Utf8())
  const refused = (make: () => unknown, reason: RegExp) =>
    expect(make).toThrow(
      expect.objectContaining({ code: 'ERR_VASTDB_PREDICATE', message: expect.stringMatching(reason) }),
    )

  it('are refused with the reason when OR crosses columns', () => {
    refused(() => or(col('a').eq(1), col('b').eq('x')).groups(), /OR over one column only/)
  })

  it('are refused when OR holds an AND', () => {
    refused(() => or(and(col('a').gt(1), col('a').lt(3)), col('a').eq(7)).groups(), /AND of ORs/)
  })

  it('may still hold ranges inside OR', () => {
    expect(filterOf([a], or(col('a').between(1, 3), col('a').eq(7)))).toBe(
      'and(or(and(greater_equal(#0, 1), less_equal(#0, 3)), equal(#0, 7)))',
    )
  })

  it('are refused for empty lists, nulls, missing columns and unfit values', () => {
    refused(() => col('a').in([]), /at least one value/)
    refused(() => col('a').eq(null as never), /isNull/)
    refused(() => encode([a], col('zz').eq(1)), /no such column/)
    refused(() => encode([a], col('a').eq('5')), /compares with whole numbers/)
    refused(() => encode([a], col('a').eq(1.5)), /whole numbers/)
    refused(() => encode([a], col('a').eq(2n ** 63n)), /64-bit/)
    refused(() => encode([a], col('a').contains('x')), /text columns/)
    refused(() => encode([b], col('b').field('x').eq(1)), /not a struct/)
    refused(() => encode([field('d', new Decimal(2, 5))], col('d').eq('1.234')), /at most 2 decimals/)
    refused(() => encode([field('d', new Decimal(2, 5))], col('d').eq('1234.5')), /at most 5 digits/)
    refused(() => encode([field('d', new DateDay())], col('d').eq(new Date(1))), /midnight/)
    const list = field('l', new List(field('item', new Int8())))
    refused(() => encode([list], col('l').eq([1])), /does not filter/)
    const vector = field('v', new FixedSizeList(3, field('item', new Float32(), false)))
    refused(() => encode([vector], col('v').eq([1, 2])), /arrays of 3/)
  })
})

function big(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
