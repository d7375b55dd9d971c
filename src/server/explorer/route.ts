import type { FastifyReply } from 'fastify'

/** A JSON Schema of parameters: properties by name. */
export interface ParameterSchema {
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'array'
  readonly description: string
  readonly default?: string | number | boolean
  readonly minimum?: number
  readonly maximum?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly enum?: readonly string[]
  readonly items?: { readonly type: 'string'; readonly maxLength?: number }
  readonly maxItems?: number
}
export type Parameters = Readonly<Record<string, ParameterSchema>>

/** What a route is asked. */
export interface Asked {
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, unknown>>
  readonly body: unknown
  /** Fires when whoever asked has left. */
  readonly signal: AbortSignal
  readonly headers: Readonly<Record<string, unknown>>
  readonly reply: FastifyReply
}

/** One question of the API: what is served, and what the OpenAPI document says of it. */
export interface Route {
  readonly method: 'GET' | 'POST'
  /** Below `/api/v1`, with `{name}` for parameters. */
  readonly path: string
  readonly summary: string
  /** Type of `api.ts`, or a media type, of the answer. */
  readonly answers: string
  readonly query?: Parameters
  readonly required?: readonly string[]
  readonly body?: Parameters
  readonly run: (asked: Asked) => Promise<unknown>
}

export const FILE_ID = { type: 'string', description: 'file_id of the catalog', pattern: '^[0-9a-f]{32}$' } as const
