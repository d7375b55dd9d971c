/** How to reach a VAST DataBase; bucket and schema come from the catalog's URL. */
export interface VastConnection {
  readonly endpoint: string | null
  readonly accessKey: string | null
  readonly secretKey: string | null
  /** In the signature of requests. */
  readonly region: string
  /** Endpoints that share the reading of whole tables; all of them go through `endpoint` otherwise. */
  readonly dataEndpoints?: readonly string[]
}
