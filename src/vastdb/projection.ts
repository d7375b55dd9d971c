import { Schema } from 'apache-arrow'
import { call, listAll, type Scope } from './calls.ts'
import { COMMAND, PARAM } from './constants.ts'
import { checkName } from './names.ts'
import { readSchemaMessage } from './wire/arrow-schema.ts'
import { encodeRenameProjection, type ProjectionStats, readProjectionStats } from './wire/tabular.ts'

/** A semi-sorted copy of some of a table's columns, kept by the server. */
export class Projection {
  readonly name: string
  readonly #scope: Scope
  readonly #path: string

  /** @internal Use `Table.projection`. */
  constructor(scope: Scope, path: string, name: string) {
    this.#scope = scope
    this.#path = path
    this.name = name
  }

  async columns(): Promise<Schema> {
    const what = `List columns of projection ${this.name} of ${this.#path}`
    const request = {
      path: this.#path,
      command: COMMAND.projectionColumns,
      params: { [PARAM.name]: this.name },
      pageSize: 10_000,
      what,
    }
    return new Schema(await listAll(this.#scope, request, (body) => readSchemaMessage(body, what).fields))
  }

  async stats(): Promise<ProjectionStats> {
    const what = `Read statistics of projection ${this.name} of ${this.#path}`
    const { body } = await this.#call('GET', COMMAND.projectionStats, what)
    return readProjectionStats(body, what)
  }

  async rename(name: string): Promise<Projection> {
    checkName(name, 'projection')
    const what = `Rename projection ${this.name} of ${this.#path} to ${name}`
    await this.#call('PUT', COMMAND.projection, what, encodeRenameProjection(name))
    return new Projection(this.#scope, this.#path, name)
  }

  async drop(): Promise<void> {
    await this.#call('DELETE', COMMAND.projection, `Drop projection ${this.name} of ${this.#path}`)
  }

  #call(method: 'GET' | 'PUT' | 'DELETE', command: string, what: string, body?: Uint8Array) {
    const params = { [PARAM.name]: this.name }
    return call(this.#scope, { method, path: this.#path, command, params, what, ...(body ? { body } : {}) })
  }
}
