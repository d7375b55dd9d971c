import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pictureTensor, planModel, readModel, WireReader } from '../../src/embeddings/onnx/index.ts'
import { type OnnxOptions, openOnnxProvider } from '../../src/tasks/onnx-provider.ts'
import { tempDir } from '../helpers.ts'
import { root } from '../package/project.ts'
import { bytes, meanModel, number, text, tinyModel } from './tiny-model.ts'

const dir = tempDir()
const hasRuntime = existsSync(join(root, 'node_modules/onnxruntime-node'))
if (!hasRuntime) console.warn('SKIPPED: models. There is no onnxruntime-node.')

let count = 0
function stored(model: Buffer): string {
  const path = join(dir, `${count++}.onnx`)
  writeFileSync(path, model)
  return path
}

/** Two rows of four pixels. */
const PICTURE = {
  width: 4,
  height: 2,
  bytes: Uint8Array.from([0, 40, 80, 120, 160, 200, 30, 230].flatMap((value) => [value, 255 - value, 7])),
}

describe.runIf(hasRuntime)('a model', () => {
  it('makes vectors of pictures of any size, in either layout, and has a version of its bytes and its pixels', async () => {
    const planes = stored(meanModel([1, 3, 8, 8]))
    const versions = new Set<string>()
    for (const [model, rest, expected] of [
      [planes, { pixels: 'unit' }, [107.5 / 255, 147.5 / 255, 7 / 255]],
      [planes, { pixels: 'bytes' }, [107.5, 147.5, 7]],
      [
        stored(meanModel(['n', 'h', 'w', 3])),
        { pixels: 'signed', size: 5 },
        [107.5, 147.5, 7].map((v) => v / 127.5 - 1),
      ],
    ] as const) {
      const options: OnnxOptions = { name: 'mean', model, jobs: 1, ...rest }
      const provider = await openOnnxProvider(options)
      const { dimension, reads, pictureSize } = provider
      expect([dimension, reads, pictureSize]).toEqual([3, 'thumbnail', 'size' in rest ? 10 : 16])
      const vector = await provider.embed(PICTURE)
      for (const [index, value] of expected.entries()) expect(vector[index]).toBeCloseTo(value, 3)
      versions.add(provider.version)
      await provider.close()
      await provider.close()
    }
    expect(versions.size).toBe(3)
  })

  it('makes vectors of one model alone, though its file becomes another', async () => {
    const model = stored(meanModel([1, 3, 8, 8]))
    const provider = await openOnnxProvider({ name: 'mean', model, jobs: 2 })
    writeFileSync(model, meanModel([1, 8, 8, 3]))
    // The child that runs has the old one; the one that starts has not.
    const [first, second] = await Promise.allSettled([provider.embed(PICTURE), provider.embed(PICTURE)])
    expect(first).toMatchObject({ status: 'fulfilled' })
    expect(second).toMatchObject({
      reason: { code: 'ERR_EMBEDDING_MODEL', message: expect.stringContaining('changed') },
    })
    await provider.close()
  })

  it('gives the output that is asked for, wherever it stands', async () => {
    const reduce = (op: string) => ({
      op,
      inputs: ['picture'],
      outputs: [op],
      ints: { axes: [2, 3] },
      int: { keepdims: 0 },
    })
    const operators = ['ReduceMin', 'ReduceMean', 'ReduceMax']
    const outputs = operators.map((name) => ({ name, shape: [1, 3] }))
    const model = stored(meanModel([1, 3, 2, 4], { nodes: operators.map(reduce), outputs }))
    const provider = await openOnnxProvider({ name: 'max', model, jobs: 1, output: 'ReduceMax', pixels: 'bytes' })
    expect([...(await provider.embed(PICTURE))]).toEqual([230, 255, 7])
    await provider.close()
  })

  it.each([
    ['that is not there', () => join(dir, 'none.onnx'), {}, 'ERR_EMBEDDING_MODEL', /no such file/],
    ['that is a text', () => stored(Buffer.from('#!/bin/sh\necho model')), {}, 'ERR_EMBEDDING_MODEL', /no ONNX model/],
    ['that is empty', () => stored(Buffer.alloc(0)), {}, 'ERR_EMBEDDING_MODEL', /no graph/],
    [
      'that was cut off',
      () => stored(meanModel([1, 3, 8, 8]).subarray(0, 40)),
      {},
      'ERR_EMBEDDING_MODEL',
      /beyond|early/,
    ],
    ['of one plane', () => stored(meanModel([1, 1, 8, 8])), {}, 'ERR_EMBEDDING_MODEL', /1 x 1 x 8 x 8/],
    [
      'of text',
      () => stored(meanModel([1, 3, 8, 8], { inputs: [{ name: 'words', type: 8, shape: [1, 3, 8, 8] }] })),
      {},
      'ERR_EMBEDDING_MODEL',
      /words, elements of type 8/,
    ],
    [
      'of two pictures',
      () =>
        stored(
          meanModel([1, 3, 8, 8], {
            inputs: [
              { name: 'a', shape: [1, 3, 8, 8] },
              { name: 'b', shape: [1, 3, 8, 8] },
            ],
          }),
        ),
      {},
      'ERR_EMBEDDING_MODEL',
      /a, .* and b, /,
    ],
    [
      'with weights elsewhere',
      () => stored(meanModel([1, 3, 8, 8], { weights: [{ name: 'w', values: [1], external: true }] })),
      {},
      'ERR_EMBEDDING_MODEL',
      /other files/,
    ],
    [
      'of an operator that is not there',
      () => stored(meanModel([1, 3, 8, 8], { nodes: [{ op: 'Nothing', inputs: ['picture'], outputs: ['mean'] }] })),
      {},
      'ERR_EMBEDDING_MODEL',
      /cannot be loaded/,
    ],
    [
      'that gives a whole picture',
      () =>
        stored(
          meanModel([1, 3, 96, 96], {
            nodes: [{ op: 'Identity', inputs: ['picture'], outputs: ['mean'] }],
            outputs: [{ name: 'mean', shape: [1, 3, 96, 96] }],
          }),
        ),
      {},
      'ERR_EMBEDDING_MODEL',
      /8192 numbers.*27648/,
    ],
    [
      'without the output asked for',
      () => stored(meanModel([1, 3, 8, 8])),
      { output: 'pool' },
      'ERR_OPTION_INVALID',
      /\(mean\).*pool/,
    ],
    ['of another size', () => stored(meanModel([1, 3, 8, 8])), { size: 9 }, 'ERR_OPTION_INVALID', /8 x 8/],
    [
      'with other pixels',
      () => stored(meanModel([1, 3, 8, 8])),
      { pixels: 'half' as 'unit' },
      'ERR_OPTION_INVALID',
      /imagenet/,
    ],
    [
      'that gives zeros alone',
      () =>
        stored(
          meanModel([1, 3, 8, 8], {
            nodes: [{ op: 'Sub', inputs: ['picture', 'picture'], outputs: ['mean'] }],
            outputs: [{ name: 'mean', shape: [1, 3, 8, 8] }],
          }),
        ),
      {},
      'ERR_EMBEDDING_MODEL',
      /zeros alone/,
    ],
  ] as const)('%s is refused', async (_what, model, options, code, message) => {
    const opened = openOnnxProvider({ name: 'mean', model: model(), jobs: 1, ...options })
    await expect(opened).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })
})

it('reads what a model takes and gives, and passes over its weights', () => {
  const weights = Array.from({ length: 100_000 }, (_, index) => index)
  const file = tinyModel({
    nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
    inputs: [
      { name: 'x', shape: ['batch', 3, 'h', 224] },
      { name: 'w', shape: [100_000] },
    ],
    outputs: [{ name: 'y', type: 10, shape: [1, 1280] }],
    weights: [{ name: 'w', values: weights }],
  })
  let read = 0
  const reader = new WireReader((start, end) => {
    const bytes = file.subarray(start, end)
    read += bytes.length
    return bytes
  })
  expect(readModel(reader, file.length)).toEqual({
    inputs: [{ name: 'x', elementType: 1, shape: [null, 3, null, 224] }],
    outputs: [{ name: 'y', elementType: 10, shape: [1, 1280] }],
    hasExternalData: false,
  })
  expect(read).toBeLessThan(file.length / 2)
})

it('finds weights in other files wherever a tensor may stand, and no end of what a model claims', () => {
  const facts = (file: Buffer) => readModel(new WireReader((start, end) => file.subarray(start, end)), file.length)
  const output = bytes(12, [text(1, 'y')])
  const model = (...graph: Buffer[]) => Buffer.concat([number(1, 7), bytes(7, [...graph, output])])
  const elsewhere = [text(8, 'w'), number(14, 1)]
  const attribute = (...fields: Buffer[]) => bytes(1, [text(4, 'Op'), bytes(5, fields)])
  for (const [what, file] of Object.entries({
    constant: model(attribute(bytes(5, elsewhere))),
    'one of several': model(attribute(bytes(10, [text(8, 'v')]), bytes(10, elsewhere))),
    'inner graph': model(attribute(bytes(6, [bytes(5, elsewhere)]))),
    sparse: model(bytes(15, [bytes(1, elsewhere)])),
    function: Buffer.concat([model(), bytes(25, [bytes(7, [bytes(5, [bytes(5, elsewhere)])])])]),
    'more bits': model(bytes(5, [text(8, 'w'), number(14, 2 ** 32 + 1)])),
    'no location': model(bytes(5, [text(8, 'w'), bytes(13, [text(1, 'location'), text(2, '../w')])])),
  })) {
    expect(facts(file).hasExternalData, what).toBe(true)
  }
  expect(facts(model(attribute(bytes(5, [text(8, 'w'), number(14, 0)])))).hasExternalData).toBe(false)

  let graph = bytes(6, [])
  for (let depth = 0; depth < 100; depth++) graph = bytes(6, [attribute(graph)])
  for (const [message, file] of [
    [/number 536870926/, model(bytes(5, [text(8, 'w'), number(2 ** 29 + 14, 1)]))],
    [/within each other/, model(attribute(graph))],
    [/inputs, outputs and weights/, model(Buffer.alloc(200_000, bytes(11, [])))],
    [/dimensions/, model(bytes(11, [bytes(2, [bytes(1, [bytes(2, [Buffer.alloc(200, bytes(1, []))])])])]))],
  ] as const) {
    expect(() => facts(file)).toThrow(message)
  }
})

it('stretches a picture so that each pixel is the mean of what it covers', () => {
  const facts = (shape: number[], elementType = 1) => ({
    inputs: [{ name: 'x', elementType, shape }],
    outputs: [{ name: 'y', elementType: 1, shape: null }],
  })
  const reds = (tensor: ArrayLike<number>, step: number, pixels: number) =>
    Array.from({ length: pixels }, (_, at) => tensor[at * step])
  const bytes = { pixels: 'bytes' } as const
  // Four columns into two, two rows into one: means of four pixels.
  const half = pictureTensor(PICTURE, planModel('m', facts([1, 3, 1, 2]), bytes))
  expect(reds(half, 1, 2)).toEqual([(0 + 40 + 160 + 200) / 4, (80 + 120 + 30 + 230) / 4])
  expect([...half].slice(4)).toEqual([7, 7])
  // Four columns into three: a third of a pixel goes to each side.
  const third = pictureTensor(PICTURE, planModel('m', facts([1, 1, 3, 3]), bytes))
  const row = [0, 40, 80, 120].map((value, index) => (value + [160, 200, 30, 230][index]!) / 2)
  const expected = [row[0]! * 0.75 + row[1]! * 0.25, row[1]! * 0.5 + row[2]! * 0.5, row[2]! * 0.25 + row[3]! * 0.75]
  for (const [index, value] of reds(third, 3, 3).entries()) expect(value).toBeCloseTo(expected[index]!, 3)
  // Made larger, and as bytes.
  const twice = pictureTensor(PICTURE, planModel('m', facts([1, 4, 8, 3], 2)))
  expect(twice).toBeInstanceOf(Uint8Array)
  expect(reds(twice, 3, 8)).toEqual([0, 0, 40, 40, 80, 80, 120, 120])
})
