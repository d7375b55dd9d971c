export { conflicts, type FrameConflict } from './conflicts.ts'
export { type Drift, driftOf, driftText, type FrameValues, frozenFrames } from './drift.ts'
export { type FrameFacts, frameFacts, frameFactsOf, isReading } from './frame-of.ts'
export { groupSequences } from './group.ts'
export { type FramePattern, parsePattern, patternMatcher } from './pattern.ts'
export {
  countFrames,
  type ExpectedFrames,
  type FrameRange,
  inRanges,
  missingFrames,
  parseRanges,
  printRanges,
  stepOf,
  toRanges,
} from './ranges.ts'
export {
  type Grouping,
  type PatternStyle,
  patternOf,
  type Sequence,
  type SequenceMember,
  sequenceKey,
} from './sequence.ts'
export { type StereoPair, stereoPairs } from './stereo.ts'
