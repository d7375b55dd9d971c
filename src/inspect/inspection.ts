import type { HeaderMemory } from '../header/index.ts'
import type { SpecAnswer } from '../oiio/ask.ts'
import type { DerivedSource } from '../oiio/types.ts'
import type { KnownBytes } from '../source/ranges.ts'
import type { ByteRange, SourceIdentity } from '../source/source.ts'
import type { AnswerPlace } from './known-answers.ts'

/** One file under inspection: what is known of it, filled by a driver as the steps ask. */
export interface Inspection {
  readonly identity: SourceIdentity
  readonly known: KnownBytes
  /** Give up with LimitReached at a limit of the header, rather than tell what was read up to there. */
  readonly stopAtLimit?: boolean
  /** What headers said before; payloads then share frozen facts. */
  readonly memory?: HeaderMemory | undefined
  /** The answer to the `specs` request asked last. */
  spec: SpecAnswer | null
  /** Each read is a request that costs more than its bytes: few are made. */
  readonly isRemote?: boolean
  /** The answer to the `peek` request asked last: bytes in the order of its ranges. */
  peeked: readonly Uint8Array[]
}

/** What the steps need of their driver before they go on. */
export type InspectRequest =
  /** Read these bytes, all inside the file, and add them to `known`. */
  | { readonly kind: 'bytes'; readonly range: ByteRange }
  /** Read these few bytes each and put them into `peeked`. */
  | { readonly kind: 'peek'; readonly ranges: readonly ByteRange[] }
  /** Ask OpenImageIO and put its answer into `spec`. Files with one `place`, where it is not null, have one answer once it is noted there. */
  | { readonly kind: 'specs'; readonly source: DerivedSource; readonly place: AnswerPlace | null }
