export { QUERIES, type QueryName } from './all.ts'
export { type Answer, ask, explainQuery, findQuery, type Given, streamQuery } from './ask.ts'
export { type ChangesOptions, changesOf, type Difference, type FileChange, type Sighting } from './changes.ts'
export type { AnswerRow, Column, Columns, NamedQuery, Parameter, Parameters, Values } from './query.ts'
