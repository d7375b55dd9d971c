import { poolTask } from '../workers/task.ts'
import { runWalkTask, type WalkTask } from './listing.ts'

/** Thread that lists directories, so that slow shares are asked for several at a time. */
export default poolTask((tasks: readonly WalkTask[]) => tasks.map(runWalkTask), 'ERR_INTERNAL')
