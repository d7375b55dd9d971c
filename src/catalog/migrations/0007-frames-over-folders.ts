import type { Migration } from './migration.ts'

/** Rows of earlier releases have the frame that their own name alone says. Frozen: later changes are later migrations. */
export const framesOverFolders: Migration = {
  version: 7,
  name: 'frames and sequences over the names of folders',
  regroupsFrames: true,
}
