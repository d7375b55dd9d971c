import type { AnalyseOptions, PixelFacts } from '../pixels/analyse.ts'
import type { DiffOptions } from '../pixels/diff.ts'
import type { FileDiff } from '../pixels/diff-types.ts'
import type { FileRecode, RecodeWish } from '../pixels/recode.ts'
import type { RegionPixels, RegionWish } from '../pixels/region.ts'
import type { PixelSamples, SampleWish } from '../pixels/samples.ts'
import type { Thumbnail, ThumbnailOptions } from '../pixels/thumbnail.ts'
import type { S3Settings } from '../source/s3-settings.ts'

/** A file as text (path or URL), or the bytes of a name that is not UTF-8. */
export type PixelLocation = string | Uint8Array

/** What the file system or the object store said of a file; null where it did not say. */
export interface SeenBytes {
  readonly sizeBytes: bigint | null
  readonly mtimeUs: bigint | null
  readonly etag: string | null
}

/** One piece of work on pixels, as plain data: it runs in a child process. */
export type PixelTask =
  | {
      readonly kind: 'analyse'
      readonly location: PixelLocation
      readonly options: Omit<AnalyseOptions, 'signal' | 'onProgress'>
    }
  | {
      readonly kind: 'thumbnail'
      readonly location: PixelLocation
      readonly options: Omit<ThumbnailOptions, 'signal' | 'onProgress'>
      /** Where to write the picture, in the format its extension names; null leaves it in the answer only. */
      readonly output: string | null
      /** What was seen of the file before: ERR_SOURCE_CHANGED when its bytes are others now. */
      readonly expected?: SeenBytes
    }
  | {
      readonly kind: 'region'
      readonly location: PixelLocation
      readonly options: Omit<RegionWish, 'signal'>
    }
  | {
      readonly kind: 'recode'
      readonly location: PixelLocation
      readonly options: Omit<RecodeWish, 'signal'>
    }
  | {
      readonly kind: 'samples'
      readonly location: PixelLocation
      readonly options: SampleWish
    }
  | {
      readonly kind: 'diff'
      readonly location: PixelLocation
      readonly other: PixelLocation
      readonly options: Omit<DiffOptions, 'signal' | 'onProgress' | 'map'>
      /** Where to write the map of the differences. */
      readonly output: string | null
    }

/** `top` is the difference that the brightest colour of the map stands for; null without a map. */
export interface DiffAnswer {
  readonly diff: FileDiff
  readonly top: number | null
}

/** What each kind of task answers. */
export interface PixelAnswers {
  readonly analyse: PixelFacts
  readonly thumbnail: Thumbnail
  readonly region: RegionPixels
  readonly recode: FileRecode
  readonly samples: PixelSamples
  readonly diff: DiffAnswer
}

/** What every child gets. */
export interface PixelWorkerData {
  readonly s3?: S3Settings
  /** See `limitChildMemory`. */
  readonly memoryBytes?: number
}

/** How far a task is. */
export interface PixelNews {
  readonly location: string
  readonly chunksDone: number
  readonly chunks: number
}
