/** A node of a graph: operator, what goes in, what comes out, attributes of integers. */
interface Node {
  readonly op: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly ints?: Readonly<Record<string, readonly number[]>>
  readonly int?: Readonly<Record<string, number>>
}

interface Value {
  readonly name: string
  readonly type?: number
  /** A text is a dimension that is not fixed. */
  readonly shape: readonly (number | string)[]
}

interface Model {
  readonly nodes: readonly Node[]
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  /** Weights: names and dimensions of float32 tensors, of which `external` says that they lie elsewhere. */
  readonly weights?: readonly { readonly name: string; readonly values: readonly number[]; readonly external?: true }[]
}

/** An ONNX file (onnx.proto, opset 13), written field by field. */
export function tinyModel({ nodes, inputs, outputs, weights = [] }: Model): Buffer {
  const graph = message([
    ...nodes.map((node) => bytes(1, nodeBytes(node))),
    text(2, 'tiny'),
    ...weights.map(({ name, values, external }) =>
      bytes(5, [
        number(1, values.length),
        number(2, 1),
        text(8, name),
        ...(external ? [number(14, 1)] : [bytes(9, [Buffer.from(Float32Array.from(values).buffer)])]),
      ]),
    ),
    ...inputs.map((value) => bytes(11, valueBytes(value))),
    ...outputs.map((value) => bytes(12, valueBytes(value))),
  ])
  return message([number(1, 7), bytes(7, [graph]), bytes(8, [number(2, 13)])])
}

/** The mean of each plane of a picture: a vector of three numbers. */
export function meanModel(shape: readonly (number | string)[], extra: Partial<Model> = {}): Buffer {
  const axes = shape[1] === 3 ? [2, 3] : [1, 2]
  return tinyModel({
    nodes: [{ op: 'ReduceMean', inputs: ['picture'], outputs: ['mean'], ints: { axes }, int: { keepdims: 0 } }],
    inputs: [{ name: 'picture', shape }],
    outputs: [{ name: 'mean', shape: [1, 3] }],
    ...extra,
  })
}

function nodeBytes({ op, inputs, outputs, ints = {}, int = {} }: Node): Buffer[] {
  return [
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, op),
    ...Object.entries(ints).map(([name, values]) =>
      bytes(5, [text(1, name), ...values.map((value) => number(8, value)), number(20, 7)]),
    ),
    ...Object.entries(int).map(([name, value]) => bytes(5, [text(1, name), number(3, value), number(20, 2)])),
  ]
}

function valueBytes({ name, type = 1, shape }: Value): Buffer[] {
  const dimensions = shape.map((size) => bytes(1, [typeof size === 'number' ? number(1, size) : text(2, size)]))
  return [text(1, name), bytes(2, [bytes(1, [number(1, type), bytes(2, dimensions)])])]
}

function message(fields: readonly Buffer[]): Buffer {
  return Buffer.concat(fields)
}

function varint(value: number): Buffer {
  const out: number[] = []
  for (; value > 127; value = Math.floor(value / 128)) out.push((value % 128) | 128)
  return Buffer.from([...out, value])
}

/** A field that is a number. */
export function number(field: number, value: number): Buffer {
  return message([varint(field * 8), varint(value)])
}

/** A field that is a message of some fields. */
export function bytes(field: number, parts: readonly Buffer[]): Buffer {
  const inner = message(parts)
  return message([varint(field * 8 + 2), varint(inner.length), inner])
}

/** A field that is a text. */
export function text(field: number, value: string): Buffer {
  return bytes(field, [Buffer.from(value)])
}
