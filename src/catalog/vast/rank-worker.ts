import { Answer, poolTask } from '../../workers/task.ts'
import { type RankTask, similarities } from './rank.ts'

/** Thread that compares the vectors of a batch. */
export default poolTask((tasks: readonly RankTask[]) => {
  const compared = tasks.map(({ vectors, query }) => similarities(vectors, query))
  return new Answer(compared, { transfer: compared.map(({ buffer }) => buffer) })
}, 'ERR_INTERNAL')
