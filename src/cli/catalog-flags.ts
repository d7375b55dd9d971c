import type { Command } from 'commander'

/** What says which catalog, and how long it is waited for. */
export interface CatalogFlags {
  readonly catalog?: string
  readonly wait?: string
}

/** Adds those flags; `purpose` says what the catalog is for. */
export function catalogFlags(
  command: Command,
  purpose: string,
  standard = ' (EXR_CATALOG; default exr-catalog.duckdb)',
): Command {
  return command
    .option('-c, --catalog <path|url>', `${purpose}${standard}`)
    .option('--wait <time>', 'how long to wait for another process that is in the way: 30s, 10m (EXR_CATALOG_WAIT)')
}
