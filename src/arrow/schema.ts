import {
  Binary,
  Bool,
  type DataType,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  Int64,
  List,
  Schema,
  TimestampMicrosecond,
  Utf8,
} from 'apache-arrow'
import type { ColumnType, TableDefinition } from '../tables/index.ts'

/** The Arrow schema of a table. Vectors are `fixed_size_list<item: float32 not null>`, lists `list<item: float32>`, timestamps `us, UTC`. */
export function arrowSchema(table: TableDefinition): Schema {
  return new Schema(table.columns.map(({ name, type, nullable }) => new Field(name, arrowType(type), nullable)))
}

/** The Arrow type of a column's type; vectors are fixed-size lists of float32. */
export function arrowType(type: ColumnType): DataType {
  if (typeof type === 'object' && 'list' in type) return new List(new Field('item', new Float32(), true))
  if (typeof type === 'object') return new FixedSizeList(type.vector, new Field('item', new Float32(), false))
  switch (type) {
    case 'utf8':
      return new Utf8()
    case 'int32':
      return new Int32()
    case 'int64':
      return new Int64()
    case 'float32':
      return new Float32()
    case 'float64':
      return new Float64()
    case 'bool':
      return new Bool()
    case 'timestamp':
      return new TimestampMicrosecond('UTC')
    case 'binary':
      return new Binary()
  }
}
