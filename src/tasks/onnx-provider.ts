import { createHash, hash } from 'node:crypto'
import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { checkProvider, type EmbeddablePicture, type ThumbnailProvider, unitVector } from '../embeddings/index.ts'
import { type ModelFacts, type PlanWishes, planModel, readModel, WireReader } from '../embeddings/onnx/index.ts'
import { ExrError } from '../errors.ts'
import { openPool } from '../workers/index.ts'
import { workerFile } from '../workers/worker-file.ts'
import { modelState } from './model-state.ts'
import type { OnnxWorkerData } from './onnx-worker.ts'

/** A model that makes vectors of pictures. */
export interface OnnxOptions extends PlanWishes {
  /** The provider's name: vectors are asked for by it. */
  readonly name: string
  /** Path of an ONNX file on this machine. */
  readonly model: string
  /** Child processes that run it. Default one a core. */
  readonly jobs?: number
}

/** A provider whose model runs in child processes until it is closed. */
export interface OnnxProvider extends ThumbnailProvider {
  /** May be called twice. */
  close(): Promise<void>
}

/** Raised whenever the same model would get other numbers for the same picture. */
const RECIPE = 1
/** A picture of twice the model's size, so that stretching it still means to make it smaller. */
const PICTURE_SCALE = 2

/**
 * A provider that runs an ONNX model on pictures of files. Its version is made of the model's bytes and of how it is fed. The
 * model is tried on a picture first. Throws ERR_EMBEDDING_MODEL for one that cannot be used, ERR_FEATURE_UNAVAILABLE
 * without onnxruntime-node, ERR_OPTION_INVALID, ERR_NATIVE_CRASH.
 */
export async function openOnnxProvider({ name, model, jobs, ...wishes }: OnnxOptions): Promise<OnnxProvider> {
  const state = modelState(model)
  const plan = planModel(model, factsOf(model), wishes)
  const version = hash('sha256', `${RECIPE}\0${await fileHash(model)}\0${JSON.stringify(plan)}`, 'hex').slice(0, 16)
  const data: OnnxWorkerData = { path: model, state, plan }
  const pool = openPool<EmbeddablePicture, Float32Array[]>({
    worker: workerFile('#onnx-worker'),
    workerData: data,
    isolation: 'process',
    batchSize: 1,
    maxWorkers: jobs ?? availableParallelism(),
    nameOf: () => model,
  })
  const embed = async (picture: EmbeddablePicture) => (await pool.ask(picture))[0]!
  try {
    const trial = await embed(trialPicture())
    const dimension = trial.length
    const pictureSize = PICTURE_SCALE * Math.max(plan.width, plan.height)
    const provider = { name, version, dimension, reads: 'thumbnail', pictureSize, embed } as const
    checkProvider(provider)
    checkTrial(model, provider, trial)
    return { ...provider, close: () => pool.close() }
  } catch (error) {
    await pool.close()
    throw error
  }
}

function factsOf(path: string): ModelFacts {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (cause) {
    throw unreadable(path, (cause as Error).message, cause)
  }
  try {
    const reader = new WireReader((start, endExclusive) => {
      const bytes = new Uint8Array(endExclusive - start)
      return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, start))
    })
    const facts = readModel(reader, fstatSync(file).size)
    if (!facts.hasExternalData) return facts
  } catch (cause) {
    throw unreadable(path, `it is no ONNX model (${(cause as Error).message})`, cause)
  } finally {
    closeSync(file)
  }
  throw unreadable(path, 'its weights lie in other files. Save it as one file (onnx.save without external data)')
}

function unreadable(path: string, found: string, cause?: unknown): ExrError {
  return new ExrError('ERR_EMBEDDING_MODEL', `Cannot use ${path} as a model: ${found}.`, { cause, details: { path } })
}

async function fileHash(path: string): Promise<string> {
  const sum = createHash('sha256')
  for await (const piece of createReadStream(path)) sum.update(piece)
  return sum.digest('hex')
}

/** Throws ERR_EMBEDDING_MODEL: every file would be read in vain. */
function checkTrial(path: string, provider: ThumbnailProvider, trial: Float32Array): void {
  try {
    unitVector(provider, trial)
  } catch (cause) {
    throw unreadable(path, `tried on a picture, it gave no vector (${(cause as Error).message})`, cause)
  }
}

/** Some picture that is not of one colour. */
function trialPicture(): EmbeddablePicture {
  const [width, height] = [16, 9]
  return { width, height, bytes: Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * 37) % 256) }
}
