import type { AnalyseOptions, PixelFacts } from '../pixels/analyse.ts'
import type { Thumbnail, ThumbnailOptions } from '../pixels/thumbnail.ts'
import type { S3Settings } from '../source/s3-client.ts'

/** A file as text (path or URL), or the bytes of a name that is not UTF-8. */
export type PixelLocation = string | Uint8Array

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
    }

/** What each kind of task answers. */
export interface PixelAnswers {
  readonly analyse: PixelFacts
  readonly thumbnail: Thumbnail
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
