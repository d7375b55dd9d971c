import { VastdbError } from './errors.ts'

/** The four numbers of a cluster's version. */
export type Version = readonly [number, number, number, number]

/** What a feature needs of the cluster. */
const FEATURES = {
  returnRowIds: { since: [5, 1, 0, 0], title: 'inserting rows of more than 40 columns' },
  projectionByName: { since: [5, 1, 0, 0], title: 'selecting from a named projection' },
  externalRowIds: { since: [5, 1, 0, 0], title: 'choosing row ids' },
  sortedTables: { since: [5, 3, 0, 0], title: 'sorted tables' },
  timeZones: { since: [5, 4, 0, 0], title: 'time zones of timestamps' },
  vectors: { since: [5, 5, 0, 0], title: 'vector indices' },
  partitions: { since: [5, 5, 0, 0], title: 'partitioned tables' },
} as const satisfies Record<string, { since: Version; title: string }>

/** Something that not every release of VAST can do. */
export type Feature = keyof typeof FEATURES

/**
 * The version in a `Server` header, exactly `vast a.b.c.d`. Throws ERR_VASTDB_NOT_VAST for other servers and
 * ERR_VASTDB_VERSION for a cluster too old to tell its version.
 */
export function parseServerHeader(server: string | undefined, endpoint: URL): Version {
  const match = /^vast (\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(server ?? '')
  if (match) return [Number(match[1]), Number(match[2]), Number(match[3]), Number(match[4])]
  if (server?.startsWith('vast')) {
    const message = `${endpoint.origin} reports the version ${JSON.stringify(server.slice(0, 60))}, which says too little. Upgrade the cluster to 5.1 or later.`
    throw new VastdbError('ERR_VASTDB_VERSION', message)
  }
  const found = server === undefined ? 'names no server software' : `is ${JSON.stringify(server.slice(0, 60))}`
  const message = `${endpoint.origin} ${found}, not VAST DataBase. Point the endpoint at a data address (VIP) of a VAST cluster.`
  throw new VastdbError('ERR_VASTDB_NOT_VAST', message)
}

export function supports(version: Version, feature: Feature): boolean {
  const { since } = FEATURES[feature]
  const index = since.findIndex((number, i) => number !== version[i])
  return index === -1 || version[index]! > since[index]!
}

/** Throws ERR_VASTDB_VERSION when the cluster is too old for a feature. */
export function requireFeature(version: Version, feature: Feature): void {
  if (supports(version, feature)) return
  const { since, title } = FEATURES[feature]
  const message = `The cluster runs ${version.join('.')}; ${title} needs ${since.slice(0, 2).join('.')} or later.`
  throw new VastdbError('ERR_VASTDB_VERSION', message)
}
