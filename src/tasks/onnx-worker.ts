import { type EmbeddablePicture, MOST_DIMENSIONS } from '../embeddings/index.ts'
import { type ModelPlan, pictureTensor } from '../embeddings/onnx/index.ts'
import { ExrError } from '../errors.ts'
import { loadPart } from '../parts.ts'
import { poolData, poolTask } from '../workers/task.ts'
import { modelState } from './model-state.ts'

/** What every child gets. */
export interface OnnxWorkerData {
  readonly path: string
  /** Of the file that was looked at: vectors of another have another version. */
  readonly state: string
  readonly plan: ModelPlan
}

/** What is used of the runtime: not every version of the package has types. */
interface Runtime {
  readonly Tensor: new (type: string, data: Float32Array | Uint8Array, shape: readonly number[]) => Tensor
  readonly InferenceSession: { create(path: string, options: object): Promise<Session> }
}

interface Tensor {
  readonly type: string
  readonly data: unknown
}

interface Session {
  run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>
}

const RUNTIME: string = 'onnxruntime-node'

const { path, state, plan } = poolData() as OnnxWorkerData
let loaded: ReturnType<typeof load> | undefined

/** Runs one model on pictures, where a crash of the runtime costs no more than this child process. */
export default poolTask(async (pictures: readonly EmbeddablePicture[], mark) => {
  loaded ??= load()
  const { session, Tensor } = await loaded
  const vectors: Float32Array[] = []
  for (const [index, picture] of pictures.entries()) {
    mark(index)
    const { width, height, layout } = plan
    const shape = layout === 'planes' ? [1, 3, height, width] : [1, height, width, 3]
    const values = pictureTensor(picture, plan)
    vectors.push(await run(session, new Tensor(plan.elements, values, shape)))
    mark(null)
  }
  return vectors
}, 'ERR_EMBEDDING_MODEL')

async function load() {
  const { InferenceSession, Tensor } = await loadPart<Runtime>(() => import(RUNTIME)).catch((error: unknown) => {
    if (error instanceof ExrError) throw error
    throw new ExrError('ERR_FEATURE_UNAVAILABLE', `onnxruntime-node cannot be loaded here: ${messageOf(error)}`)
  })
  let session: Session
  try {
    // One core a child: there are as many children as cores. 3: errors alone, which are thrown as well.
    const options = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 } as const
    session = await InferenceSession.create(path, options)
  } catch (error) {
    throw modelError(`${path} cannot be loaded: ${messageOf(error)}`)
  }
  if (modelState(path) !== state) throw modelError(`${path} was changed since it was opened. Run again`)
  return { session, Tensor }
}

async function run(session: Session, input: Tensor): Promise<Float32Array> {
  let answer: Record<string, Tensor>
  try {
    // All outputs: asked for some, onnxruntime-node 1.16 gives the first ones under whatever names those have.
    answer = await session.run({ [plan.input]: input })
  } catch (error) {
    throw modelError(`${path} cannot be run: ${messageOf(error)}`)
  }
  const vector = answer[plan.output]?.data
  if (vector instanceof Float32Array) {
    if (vector.length <= MOST_DIMENSIONS) return vector
    // Not sent on: it may have gigabytes.
    const found = `${MOST_DIMENSIONS} numbers at most from output ${plan.output} of ${path} but received ${vector.length}`
    throw modelError(`Expected ${found}`)
  }
  throw modelError(`Expected float32 from output ${plan.output} of ${path} but received ${answer[plan.output]?.type}`)
}

function modelError(message: string): ExrError {
  return new ExrError('ERR_EMBEDDING_MODEL', message, { details: { path } })
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!
}
