/** What a client needs to know to reach an emulator. */
interface ClientSettings {
  readonly endpoint: string
  readonly accessKey: string
  /** Null keeps it out of the output: it is not the well-known default. */
  readonly secretKey: string | null
  readonly bucket: string
}

/** Shell lines that point a client at an emulator. A secret key of the user's own is not repeated. */
export function environmentLines(settings: ClientSettings): string[] {
  const secret = settings.secretKey === null ? '"<the key given to --secret-key>"' : shellWord(settings.secretKey)
  return [
    `export VAST_DB_ENDPOINT=${shellWord(settings.endpoint)}`,
    `export VAST_DB_ACCESS_KEY=${shellWord(settings.accessKey)}`,
    `export VAST_DB_SECRET_KEY=${secret}`,
    'export VAST_DB_REGION=us-east-1',
    `export VAST_DB_BUCKET=${shellWord(settings.bucket)}`,
  ]
}

function shellWord(text: string): string {
  return /^[A-Za-z0-9._~:/@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
