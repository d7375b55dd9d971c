/**
 * `scan`: the vectors come here and are compared here. `trino`: SQL through Trino's VAST connector, for
 * embeddings of providers.
 * `engine`: SQL by the cluster's own engine, experimental.
 */
type SearchMethod = 'scan' | 'trino' | 'engine'

/** A Trino server with the VAST connector. */
export interface TrinoConnection {
  /** `https://host:port`. */
  readonly url: string
  readonly user: string
  /** Sent over https only, or to this machine. */
  readonly password: string | null
  /** Name of the catalog that the VAST connector serves. */
  readonly catalog: string
}

/** How to reach a VAST DataBase; bucket and schema come from the catalog's URL. */
export interface VastConnection {
  readonly endpoint: string | null
  readonly accessKey: string | null
  readonly secretKey: string | null
  /** In the signature of requests. */
  readonly region: string
  /** Endpoints that share the reading of whole tables; all of them go through `endpoint` otherwise. */
  readonly dataEndpoints?: readonly string[]
  /** How similar files are searched. Default `scan`; `engine` answers SQL too. */
  readonly search?: SearchMethod
  /** How long a search through SQL may take. Default five minutes. */
  readonly searchTimeoutMs?: number
  /** Answers SQL, and searches when `search` says so. */
  readonly trino?: TrinoConnection | null
}
