import { type DataType, DateUnit, type Field, type Schema, Type } from 'apache-arrow'
import { EXTERNAL_ROW_ID, ROW_ID } from './constants.ts'
import { VastdbError } from './errors.ts'
import { childrenOf } from './wire/layout.ts'

const VECTOR_ITEMS = new Set([Type.Int, Type.Float, Type.Decimal, Type.Date, Type.Timestamp, Type.Time])

/** Throws ERR_VASTDB_TYPE when a server would refuse one of the columns, naming it and what to use instead. */
export function checkColumns(schema: Schema, what: string): void {
  const seen = new Set<string>()
  for (const field of schema.fields) {
    if (field.name === '') throw typeError(what, field.name, 'columns need a name')
    if (field.name === ROW_ID) throw typeError(what, field.name, 'the server adds the row id itself; leave it out')
    if (seen.has(field.name)) throw typeError(what, field.name, 'two columns have this name')
    seen.add(field.name)
    const reason = refusal(field)
    if (reason !== undefined) throw typeError(what, field.name, reason)
    if (field.name === EXTERNAL_ROW_ID && String(field.type) !== 'Int64') {
      throw typeError(what, field.name, `it must be Int64, not ${field.type}`)
    }
  }
}

function typeError(what: string, column: string, reason: string): VastdbError {
  return new VastdbError('ERR_VASTDB_TYPE', `${what}: column ${JSON.stringify(column)}: ${reason}.`)
}

/** Why a server refuses this type, or undefined. */
function refusal({ type }: Field): string | undefined {
  const own = ownRefusal(type)
  if (own !== undefined) return own
  for (const child of childrenOf(type)) {
    const reason = refusal(child)
    if (reason !== undefined) return reason
  }
  return undefined
}

function ownRefusal(type: DataType): string | undefined {
  const of = type as unknown as Readonly<Record<string, number>>
  switch (type.typeId) {
    case Type.Int:
    case Type.Float:
    case Type.Bool:
    case Type.Utf8:
    case Type.Binary:
    case Type.Time:
    case Type.Timestamp:
    case Type.List:
    case Type.Struct:
    case Type.Map:
    case Type.FixedSizeBinary:
      return undefined
    case Type.Decimal:
      return of['bitWidth'] === 128 ? undefined : 'only decimals of 128 bits can be stored'
    case Type.Date:
      return of['unit'] === DateUnit.DAY ? undefined : 'dates are stored in days: use DateDay, or a timestamp'
    case Type.FixedSizeList:
      return vectorRefusal(type)
    case Type.Dictionary:
      return 'dictionary-encoded columns cannot be stored: build the column with its plain type, for instance Utf8'
    default:
      return `${type} cannot be stored`
  }
}

function vectorRefusal(type: DataType): string | undefined {
  const size = (type as unknown as { listSize: number }).listSize
  const item = childrenOf(type)[0]!
  const of = item.type as unknown as Readonly<Record<string, number>>
  if (size < 1) return 'a fixed-size list needs a size of at least 1'
  if (item.nullable) return 'the items of a fixed-size list must be declared not nullable'
  if (!VECTOR_ITEMS.has(item.type.typeId) || (item.type.typeId === Type.Float && of['precision'] === 0)) {
    return `a fixed-size list cannot hold ${item.type}`
  }
  return undefined
}
