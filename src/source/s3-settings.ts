/** How to reach an object store. Everything left out follows the AWS SDK's own chain (environment, profile, role). */
export interface S3Settings {
  /** `http(s)://host:port`; left out, Amazon's own for the region. */
  readonly endpoint?: string
  /** Default us-east-1, which servers that are not Amazon's accept. */
  readonly region?: string
  /** Bucket in the path and not in the host name. Default: on when an endpoint is set. */
  readonly pathStyle?: boolean
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  readonly sessionToken?: string
  /** File with PEM certificates to trust beside the system's. */
  readonly caBundle?: string
  /** False accepts any certificate: for laboratories only. */
  readonly verifyTls?: boolean
  /** Default 5,000. */
  readonly connectTimeoutMs?: number
  /** From sending a request to the last byte of its answer. Default 10,000. */
  readonly readTimeoutMs?: number
  /** Sockets kept open to the server. Default 64. */
  readonly maxSockets?: number
  /** How often one read is tried, the first time included. Default 3. */
  readonly maxAttempts?: number
}
