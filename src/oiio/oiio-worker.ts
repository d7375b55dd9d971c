import { poolTask } from '../workers/task.ts'
import { askOiioSync } from './ask.ts'
import { limitChildMemory } from './memory-limit.ts'
import type { DerivedSource } from './types.ts'

limitChildMemory('headers')

/** Child process that asks OpenImageIO about files whose bytes its parent has read. */
export default poolTask((sources: readonly DerivedSource[], mark) =>
  sources.flatMap((source, index) => {
    mark(index)
    const answer = askOiioSync([source])
    mark(null)
    return answer
  }),
)
