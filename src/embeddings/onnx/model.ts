import type { WireField, WireReader } from './wire.ts'

/** A tensor that goes into a model or comes out of it. */
export interface ModelValue {
  readonly name: string
  /** ONNX's number of the type of its elements, 1 for float32, 2 for uint8; 0 where it does not say. */
  readonly elementType: number
  /** Null for a dimension that is not fixed; null where it does not say how many there are. */
  readonly shape: readonly (number | null)[] | null
}

/** What a model says of itself: enough to feed it. */
export interface ModelFacts {
  readonly inputs: readonly ModelValue[]
  readonly outputs: readonly ModelValue[]
  /** Whether weights lie in other files. */
  readonly hasExternalData: boolean
}

/** Field numbers of onnx.proto (ONNX IR, "ONNX Abstract Specification"). */
const MODEL = { irVersion: 1, graph: 7 } as const
const GRAPH = { initializer: 5, input: 11, output: 12 } as const
const VALUE = { name: 1, type: 2 } as const
const TYPE = { tensor: 1 } as const
const TENSOR_TYPE = { elementType: 1, shape: 2 } as const
const DIMENSION = { list: 1, value: 1 } as const
const TENSOR = { name: 8, externalData: 13, dataLocation: 14 } as const

type Message = 'model' | 'training' | 'function' | 'graph' | 'node' | 'attribute' | 'sparse' | 'tensor'

/** Which fields of a message are messages that may have tensors in them. */
const INSIDE: Readonly<Record<Message, Readonly<Record<number, Message>>>> = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  training: { 1: 'graph', 2: 'graph' },
  function: { 7: 'node', 11: 'attribute' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  tensor: {},
}

/** Messages within each other, inputs, outputs and weights, and dimensions: no model of pictures comes near. */
const MOST = { depth: 100, values: 65_536, dimensions: 64 } as const

/** Reads inputs and outputs of an ONNX file and passes over its weights. Throws RangeError for what is no ONNX model. */
export function readModel(reader: WireReader, byteLength: number): ModelFacts {
  const inputs: ModelValue[] = []
  const outputs: ModelValue[] = []
  const weights = new Set<string>()
  let [isModel, valueCount] = [false, 0]
  const counted = () => {
    if (++valueCount > MOST.values) throw new RangeError(`more than ${MOST.values} inputs, outputs and weights`)
  }
  for (const field of reader.fields(0, byteLength)) {
    if (field.number === MODEL.irVersion) isModel = true
    if (field.number !== MODEL.graph) continue
    for (const part of inside(reader, field)) {
      if (part.number === GRAPH.input || part.number === GRAPH.output) {
        counted()
        const values = part.number === GRAPH.input ? inputs : outputs
        values.push(readValue(reader, part))
      } else if (part.number === GRAPH.initializer) {
        counted()
        for (const own of inside(reader, part)) if (own.number === TENSOR.name) weights.add(reader.text(own))
      }
    }
  }
  if (!isModel || outputs.length === 0) throw new RangeError('no graph with an output')
  const hasExternalData = namesFiles(reader, reader.fields(0, byteLength), 'model', 0)
  // Older files list weights among the inputs too.
  return { inputs: inputs.filter(({ name }) => !weights.has(name)), outputs, hasExternalData }
}

/** Whether any tensor, wherever it stands, says that its numbers are in a file: the runtime would open whatever that names. */
function namesFiles(reader: WireReader, fields: Iterable<WireField>, message: Message, depth: number): boolean {
  if (depth > MOST.depth) throw new RangeError(`more than ${MOST.depth} messages within each other`)
  for (const field of fields) {
    if (message === 'tensor') {
      if (field.number === TENSOR.externalData) return true
      // Any number but zero: of long ones other readers take the lower bits alone.
      if (field.number === TENSOR.dataLocation && field.value !== 0) return true
    }
    const kind = INSIDE[message][field.number]
    if (kind !== undefined && namesFiles(reader, inside(reader, field), kind, depth + 1)) return true
  }
  return false
}

function readValue(reader: WireReader, field: WireField): ModelValue {
  let name = ''
  let elementType = 0
  let shape: (number | null)[] | null = null
  for (const part of inside(reader, field)) {
    if (part.number === VALUE.name) name = reader.text(part)
    if (part.number !== VALUE.type) continue
    for (const kind of inside(reader, part)) {
      if (kind.number !== TYPE.tensor) continue
      for (const own of inside(reader, kind)) {
        if (own.number === TENSOR_TYPE.elementType) elementType = own.value
        if (own.number === TENSOR_TYPE.shape) shape = readShape(reader, own)
      }
    }
  }
  return { name, elementType, shape }
}

function readShape(reader: WireReader, field: WireField): (number | null)[] {
  const shape: (number | null)[] = []
  for (const dimension of inside(reader, field)) {
    if (dimension.number !== DIMENSION.list) continue
    let size: number | null = null
    for (const own of inside(reader, dimension)) if (own.number === DIMENSION.value) size = own.value
    shape.push(size)
    if (shape.length > MOST.dimensions) throw new RangeError(`a shape of more than ${MOST.dimensions} dimensions`)
  }
  return shape
}

function inside(reader: WireReader, { start, endExclusive }: WireField): Iterable<WireField> {
  return reader.fields(start, endExclusive)
}
