import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ExrError } from '../../errors.ts'

/** What nothing else than the page itself may load or do; styles and scripts are files of ours. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/** Who may ask: whoever knows the token of the address, from the page itself, by a name this server was bound to. */
export class Guard {
  readonly token = randomBytes(24).toString('base64url')
  readonly #digest = digest(this.token)
  /** Names a request may call this server by, with the port; known once it listens. */
  #hosts: ReadonlySet<string> = new Set()
  #cookie = 'exr-explorer'

  /** Called with the address the server listens on. Cookies know no ports, so the name of ours does. */
  listensOn(host: string, port: number): void {
    const names = host === '0.0.0.0' || host === '::' ? null : new Set([host, 'localhost', '127.0.0.1', '[::1]'])
    this.#hosts = names === null ? new Set(['*']) : new Set([...names].map((name) => `${name}:${port}`))
    this.#cookie = `exr-explorer-${port}`
  }

  install(app: FastifyInstance): void {
    app.addHook('onRequest', async (request, reply) => {
      reply.headers(SECURITY_HEADERS)
      this.#checkHost(request)
      this.#checkOrigin(request)
      const given = (request.query as Record<string, unknown>)['token']
      if (typeof given === 'string' && this.#matches(given)) {
        reply.header('set-cookie', `${this.#cookie}=${this.token}; Path=/; HttpOnly; SameSite=Strict`)
        return
      }
      if (this.#matches(this.#cookieOf(request))) return
      throw new ExrError(
        'ERR_ACCESS_DENIED',
        'This address needs its token: open the whole link that `exr-inspector explore` printed.',
      )
    })
  }

  /** A page elsewhere whose name was pointed at this machine calls it by that name. */
  #checkHost({ headers }: FastifyRequest): void {
    const { host = '' } = headers
    if (this.#hosts.has('*') || this.#hosts.has(host.toLowerCase())) return
    throw new ExrError('ERR_ACCESS_DENIED', 'This server does not answer to the host name of the request.')
  }

  #checkOrigin({ headers }: FastifyRequest): void {
    const { origin, host } = headers
    const site = headers['sec-fetch-site']
    const isOwn = origin === undefined || origin === `http://${host}` || origin === `https://${host}`
    const isNavigation = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
    if (isOwn && (site === undefined || site === 'same-origin' || site === 'none' || isNavigation)) return
    throw new ExrError('ERR_ACCESS_DENIED', 'Requests of other pages are not answered.')
  }

  #cookieOf({ headers }: FastifyRequest): string {
    const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim())
    const own = pairs.find((pair) => pair.startsWith(`${this.#cookie}=`))
    return own?.slice(this.#cookie.length + 1) ?? ''
  }

  #matches(given: string): boolean {
    return timingSafeEqual(digest(given), this.#digest)
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
