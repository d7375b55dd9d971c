import { ExrError } from '../errors.ts'
import type { Payload } from '../inspect/payload.ts'
import { diffFiles } from '../pixels/diff.ts'
import type { FileDiff } from '../pixels/diff-types.ts'
import { factsOf, type PlateWish, type Policy, type PolicyFacts, plateWish } from '../policy/index.ts'
import { type OpenSourceOptions, openSource } from '../source/open.ts'
import { isS3Url, parseS3Url } from '../source/s3-url.ts'
import type { ByteSource } from '../source/source.ts'

/** Compares one file's pixels with those of a plate. */
export type ComparePlate = (wish: PlateWish) => Promise<FileDiff>

/**
 * How a file's pixels differ from the plate that the policy names for it; why they could not be compared where they could
 * not. Undefined where the policy names none. Throws ERR_ABORTED.
 */
export async function readPlates(
  payload: Payload,
  policy: Policy,
  compare: ComparePlate,
): Promise<PolicyFacts['plates']> {
  const wish = plateWish(factsOf(payload), policy)
  if (wish === null) return undefined
  try {
    return new Map([[wish.plate, await compare(wish)]])
  } catch (error) {
    if (error instanceof ExrError && error.code === 'ERR_ABORTED') throw error
    return new Map([[wish.plate, error instanceof Error ? error.message : String(error)]])
  }
}

/** What of two files is compared for a wish. */
export function plateDiff({ tolerance, workArea }: PlateWish) {
  return { fail: tolerance, ...(workArea !== null && { except: workArea }) }
}

/** Compares in this process, which a decoder may end. Throws what `diffFiles` throws. */
export async function comparePlate(
  wish: PlateWish,
  source: ByteSource,
  doors: OpenSourceOptions,
  onProgress: () => void = () => {},
): Promise<FileDiff> {
  refuseOtherBucket(wish.plate, source.path, doors)
  const { source: plate } = await openSource(wish.plate, doors)
  try {
    return (await diffFiles(plate, source, { ...plateDiff(wish), onProgress })).diff
  } finally {
    await plate.close()
  }
}

/** Who may open only some folders may open only the bucket of the file that is judged. */
function refuseOtherBucket(plate: string, file: string, { folders }: OpenSourceOptions): void {
  if (folders === undefined || !isS3Url(plate)) return
  const { bucket } = parseS3Url(plate)
  if (isS3Url(file) && parseS3Url(file).bucket === bucket) return
  throw new ExrError(
    'ERR_SOURCE_DENIED',
    `Cannot read ${plate}: plates of an event's policy are in the bucket of its file.`,
  )
}
