import { poolTask } from '../workers/task.ts'
import type { WalkTask } from './listing.ts'
import { walkPart } from './walk-part.ts'

/** Thread that lists directories, so that slow shares are asked for several at a time. */
export default poolTask((groups: readonly (readonly WalkTask[])[]) => groups.map(walkPart), 'ERR_INTERNAL')
