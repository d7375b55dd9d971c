import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ERROR_STATUS, ExrError, toPlainError } from '../../errors.ts'
import { loadPart } from '../../parts.ts'
import type { S3Settings } from '../../source/s3-settings.ts'
import type { Problem } from './api.ts'
import { type ExplorerContext, FileReplaced, KnownFiles, type OwnPolicy } from './context.ts'
import { Guard } from './guard.ts'
import { type CatalogAccess, CatalogHolder } from './holder.ts'
import { objectSchema, openApi } from './openapi.ts'
import { Pictures } from './pictures.ts'
import { type Asked, FILE_ID, type Route } from './route.ts'
import { fileRoutes } from './routes/files.ts'
import { imageRoutes } from './routes/images.ts'
import { questionRoutes } from './routes/questions.ts'
import { searchRoutes } from './routes/search.ts'
import { SearchIndexes } from './search-index.ts'

export interface ExplorerOptions extends CatalogAccess {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly s3: S3Settings
  /** Path with fields in braces that become facets; null for none. */
  readonly template: string | null
  /** Policies beside the built-in ones. */
  readonly policies: readonly OwnPolicy[]
}

/** A page and its API over one catalog. */
export interface Explorer {
  readonly app: FastifyInstance
  readonly holder: CatalogHolder
  readonly routes: readonly Route[]
  /** The secret without which nothing is answered. */
  readonly token: string
  /** Binds; resolves with the address that holds the token. */
  listen(): Promise<string>
  /** May be called twice. */
  close(): Promise<void>
}

/** What fastify throws for a request that its schema refuses, among others. */
interface RequestError extends Error {
  readonly statusCode?: number
  readonly validation?: readonly {
    readonly keyword: string
    readonly instancePath: string
    readonly message?: string
    readonly params: Readonly<Record<string, unknown>>
  }[]
}

/** In words what a request got wrong. */
function problemOf({ validation, message: fallback }: RequestError): string {
  const { keyword, instancePath, message = fallback, params } = validation![0]!
  const name = instancePath.slice(1)
  const { additionalProperty, allowedValues, missingProperty } = params
  const told: Readonly<Record<string, string>> = {
    additionalProperties: `there is no parameter ${additionalProperty} here`,
    required: `${missingProperty} is missing`,
    enum: `${name} is one of ${[allowedValues].flat().join(', ')}`,
    pattern: `${name} is written ${name === 'file_id' ? 'as 32 digits from 0 to f' : `as ${params['pattern']}`}`,
  }
  return `The request was refused: ${told[keyword] ?? `${name} ${message}`}. /api/v1/openapi.json says what is taken.`
}

const MOST_BODY = 256 * 1024
const WORTH_COMPRESSING = 1400
const compress = promisify(gzip)

/**
 * The explorer's server: the page, the API it asks, and nothing else. Only who knows the token is answered, and nothing can be
 * changed through it. Throws ERR_FEATURE_UNAVAILABLE where fastify is not installed.
 */
export async function createExplorer(options: ExplorerOptions): Promise<Explorer> {
  const { fastify } = await loadPart(() => import('fastify'))
  const app = fastify({
    logger: false,
    bodyLimit: MOST_BODY,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    ajv: { customOptions: { removeAdditional: false } },
  })
  const holder = new CatalogHolder(options)
  const pictures = new Pictures(options.s3)
  const { s3, template, version, policies } = options
  const indexes = new SearchIndexes()
  const known = new KnownFiles()
  const context: ExplorerContext = { holder, pictures, indexes, known, s3, template, policies, version }
  const guard = new Guard()
  guard.install(app)
  app.setErrorHandler((error: RequestError, _request, reply) => {
    const isRequest = error.statusCode !== undefined && error.statusCode < 500
    const told = error.validation === undefined ? error : new Error(problemOf(error))
    const { code, message } = toPlainError(told, isRequest ? 'ERR_OPTION_INVALID' : 'ERR_INTERNAL')
    const problem: Problem = {
      code,
      message,
      ...(error instanceof FileReplaced && { replaced_by: error.replacedBy }),
    }
    return reply.code(error instanceof ExrError ? ERROR_STATUS[code] : (error.statusCode ?? 500)).send(problem)
  })
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ code: 'ERR_OPTION_INVALID', message: 'There is no such page.' }),
  )
  app.addHook('onSend', compressed)

  const routes: Route[] = [
    ...stateRoutes(context),
    ...searchRoutes(context),
    ...fileRoutes(context),
    ...imageRoutes(context),
    ...questionRoutes(context),
  ]
  routes.push({
    method: 'GET',
    path: '/openapi.json',
    summary: 'This document',
    answers: 'application/json',
    run: async () => openApi(routes, version),
  })
  for (const route of routes) serve(app, route)
  servePage(app)

  let closing: Promise<void> | null = null
  return {
    app,
    holder,
    routes,
    token: guard.token,
    listen: async () => {
      await app.listen({ host: options.host, port: options.port })
      const { port } = app.server.address() as { port: number }
      guard.listensOn(options.host, port)
      const isAny = options.host === '0.0.0.0' || options.host === '::'
      const host = isAny ? 'localhost' : options.host.includes(':') ? `[${options.host}]` : options.host
      return `http://${host}:${port}/?token=${guard.token}`
    },
    close: () => {
      closing ??= (async () => {
        await app.close()
        await Promise.all([holder.close(), pictures.close(), indexes.close()])
      })()
      return closing
    },
  }
}

/** One route of the API, with its parameters checked and the leaving of whoever asked told. */
function serve(app: FastifyInstance, route: Route): void {
  const { method, path, query, required, body, run } = route
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
  app.route({
    method,
    url: `/api/v1${path.replace(/\{(\w+)\}/g, ':$1')}`,
    schema: {
      querystring: objectSchema({ ...query, token: { type: 'string', description: 'token' } }, required),
      ...(names.length > 0 && {
        params: objectSchema(Object.fromEntries(names.map((name) => [name, FILE_ID])), names),
      }),
      ...(body !== undefined && { body: objectSchema(body, Object.keys(body)) }),
    },
    handler: async (request, reply) => {
      const answer = await run(asked(request, reply))
      return reply.sent || answer === reply ? reply : reply.type('application/json').send(JSON.stringify(answer))
    },
  })
}

function asked(request: FastifyRequest, reply: FastifyReply): Asked {
  const left = new AbortController()
  reply.raw.on('close', () => {
    if (!reply.raw.writableFinished) left.abort(new ExrError('ERR_ABORTED', 'Whoever asked has left.'))
  })
  return {
    params: request.params as Record<string, string>,
    query: request.query as Record<string, unknown>,
    body: request.body,
    headers: request.headers,
    signal: left.signal,
    reply,
  }
}

function stateRoutes({ holder }: ExplorerContext): Route[] {
  return [
    {
      method: 'GET',
      path: '/state',
      summary: 'What the explorer is doing',
      answers: 'ExplorerState',
      run: async () => {
        await holder.look()
        return holder.state
      },
    },
    {
      method: 'GET',
      path: '/events',
      summary: 'The same as server-sent events, one after every change',
      answers: 'text/event-stream',
      run: async ({ reply }) => {
        reply.hijack()
        const { raw } = reply
        raw.writeHead(200, {
          ...(reply.getHeaders() as Record<string, string>),
          'content-type': 'text/event-stream',
          'cache-control': 'no-store',
        })
        const send = () => raw.write(`data: ${JSON.stringify(holder.state)}\n\n`)
        await holder.look()
        send()
        const end = holder.listen(send)
        raw.on('close', end)
        return reply
      },
    },
  ]
}

async function compressed(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  const isText = /json|javascript|css|html/.test(String(reply.getHeader('content-type') ?? ''))
  const size = typeof payload === 'string' || payload instanceof Uint8Array ? payload.length : 0
  if (!isText || size < WORTH_COMPRESSING || !/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return payload
  reply.header('content-encoding', 'gzip').header('vary', 'accept-encoding').removeHeader('content-length')
  return compress(payload as string)
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Files of the page, by name: there is no way to name another. */
const PAGE_FILES = ['app.js', 'app.css', 'icon.svg'] as const
/** Addresses inside the page. */
const VIEWS = ['/', '/file/:id', '/sequence', '/similar/:id', '/compare', '/map', '/queries'] as const

function servePage(app: FastifyInstance): void {
  for (const name of PAGE_FILES) app.get(`/${name}`, (_request, reply) => sendPage(name, reply))
  for (const view of VIEWS) app.get(view, (_request, reply) => sendPage('index.html', reply))
}

async function sendPage(name: string, reply: FastifyReply): Promise<FastifyReply> {
  const path = fileURLToPath(new URL(`../../web/${name}`, import.meta.url))
  const built = existsSync(path) ? path : fileURLToPath(new URL(`../../../dist/web/${name}`, import.meta.url))
  try {
    const bytes = await readFile(built)
    return reply.type(TYPES[extname(name)]!).header('cache-control', 'no-cache').send(bytes)
  } catch (error) {
    throw new ExrError('ERR_FEATURE_UNAVAILABLE', 'The explorer’s page is not built: npm run build:ts makes it.', {
      cause: error,
    })
  }
}
