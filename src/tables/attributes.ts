import type { AttributeFacts } from '../inspect/payload.ts'
import { columnsOf, type RecordTable, ROWS_AT_ONCE } from './definition.ts'
import type { LargeValueCollector } from './encoded/large-values.ts'
import type { FileRecord } from './record.ts'
import { fileId, filePath, partIndex } from './shared-columns.ts'
import { storedColumns, type ValueColumns } from './value-columns.ts'

export class AttributeRow {
  readonly part_index: number
  readonly attribute: AttributeFacts
  readonly #large: LargeValueCollector | null
  #value: ValueColumns | undefined

  constructor(part_index: number, attribute: AttributeFacts, large: LargeValueCollector | null) {
    this.part_index = part_index
    this.attribute = attribute
    this.#large = large
  }

  /** Made when it is asked for: of most rows an earlier one has the cells already. */
  get value(): ValueColumns {
    this.#value ??= storedColumns(this.attribute, this.#large)
    return this.#value
  }
}

const { required, optional } = columnsOf<AttributeRow>()

/** One row per header attribute of a part. */
export const attributes = {
  name: 'attributes',
  doc: 'one row per header attribute of a part',
  key: ['file_id', 'part_index', 'attr_name', 'source'],
  parent: 'parts',
  written: 'once',
  repeats: true,
  rows: attributeRows,
  shared: ({ attribute }) => attribute,
  columns: [
    fileId,
    filePath,
    partIndex,
    required('attr_name', 'utf8', 'name in the file', ({ attribute }) => attribute.name),
    optional('attr_type', 'utf8', 'type name in the file', ({ attribute }) => attribute.type),
    required(
      'value_json',
      'utf8',
      'the value as JSON; of a large one its SHA-256 and length, see large_values',
      ({ value }) => value.json,
    ),
    optional('value_text', 'utf8', 'string values, but for large ones', ({ value }) => value.text),
    optional('value_int', 'int64', 'integer values, and texts that are whole numbers', ({ value }) => value.int),
    optional(
      'value_float',
      'float64',
      'floating point values, and texts that are other numbers',
      ({ value }) => value.float,
    ),
    optional('source', 'utf8', 'exr: in the file; oiio: derived by OpenImageIO', ({ attribute }) => attribute.source),
    optional(
      'oiio_name',
      'utf8',
      "OpenImageIO's name where it renames the attribute",
      ({ attribute }) => attribute.oiio_name,
    ),
    optional(
      'display',
      'utf8',
      'a form for people: time code, key code, rate, date, how to read a large value; null where the value is one',
      ({ attribute, value }) => value.display ?? attribute.display,
    ),
  ],
} as const satisfies RecordTable<AttributeRow>

function attributeRows(file: FileRecord): Iterable<AttributeRow> {
  const { parts } = file.record.payload.attributes
  const count = parts.reduce((sum, { length }) => sum + length, 0)
  if (count > ROWS_AT_ONCE) return oneByOne(file)
  return parts.flatMap((list, part) => list.map((attribute) => new AttributeRow(part, attribute, file.large)))
}

/** A file may have a million. */
function* oneByOne({ record, large }: FileRecord): Generator<AttributeRow> {
  for (const [part_index, list] of record.payload.attributes.parts.entries()) {
    for (const attribute of list) yield new AttributeRow(part_index, attribute, large)
  }
}
