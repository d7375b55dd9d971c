import type { KnownFile, KnownFiles } from '../catalog/catalog.ts'
import type { HeaderLimits } from '../header/index.ts'
import { isDeeper } from '../inspect/check-depth.ts'
import { normalizePath } from '../inspect/identity.ts'
import { isRaised } from '../inspect/limit-reached.ts'
import type { CheckOption } from '../inspect/options.ts'
import { type FoundFiles, locationOf, pick } from './found.ts'
import { inShard, type Shard } from './shard.ts'

export interface PlanOptions {
  /** Last sighting by normalized path; asked of every file found. */
  readonly known: Pick<KnownFiles, 'size' | 'get'>
  /** Open files again even when nothing about them changed. */
  readonly force: boolean
  /** Files that were looked at less far are opened again. */
  readonly check: CheckOption
  /** So are files that lower limits kept unread in part. */
  readonly limits: HeaderLimits
  readonly shard: Shard | null
  readonly foldCase: boolean
}

/** What is to be done with the files of one step of a walk. */
interface Plan {
  /** To be opened. */
  readonly changed: FoundFiles
  /** Files whose size and modification time (objects: size and ETag) are those of the last sighting, looked at as far as now. */
  readonly unchanged: number
  /** Files that belong to other shards. */
  readonly elsewhere: number
}

/** Decides by name, size and time alone; opens nothing. */
export function planFiles(files: FoundFiles, options: PlanOptions): Plan {
  const { known, force, shard, foldCase, check, limits } = options
  const indices: number[] = []
  let unchanged = 0
  let elsewhere = 0
  const asks = known.size > 0 || shard !== null
  for (let index = 0; index < files.names.length; index++) {
    if (!asks) {
      indices.push(index)
      continue
    }
    const path = normalizePath(locationOf(files, index), { foldCase })
    // Asked for also where the answer does not matter: what is never asked for may be gone.
    const before = known.get(path)
    if (shard && !inShard(path, shard)) elsewhere += 1
    else if (!force && isUnchanged(before, files, index, { check, limits })) unchanged += 1
    else indices.push(index)
  }
  const changed = indices.length === files.names.length ? files : pick(files, indices)
  return { changed, unchanged, elsewhere }
}

const SECOND_US = 1_000_000n

function isUnchanged(
  known: KnownFile | undefined,
  files: FoundFiles,
  index: number,
  { check, limits }: Pick<PlanOptions, 'check' | 'limits'>,
): boolean {
  if (known === undefined || Number(known.sizeBytes) !== files.sizes[index]) return false
  if (known.checkDepth !== null && known.checkDepth !== 'none' && isDeeper(check, known.checkDepth)) return false
  if (known.limitReached !== null && isRaised(known.limitReached, limits)) return false
  const etag = files.etags?.[index] ?? null
  if (etag !== null || known.etag !== null) return etag === known.etag
  if (known.mtimeUs === null) return false
  const mtimeUs = files.mtimesUs[index] ?? 0n
  // Object stores list times more exactly than the header of an answer gives them.
  if (files.etags !== null) return known.mtimeUs / SECOND_US === mtimeUs / SECOND_US
  return known.mtimeUs === mtimeUs
}
