import type { Scope } from './calls.ts'
import { type ListOptions, listSchemas, presence, type SchemaInfo } from './lists.ts'
import { checkPath } from './names.ts'
import { Schema } from './schema.ts'

/** A bucket that holds schemas. */
export class Bucket {
  readonly name: string
  readonly #scope: Scope

  /** @internal Use `Transaction.bucket`. */
  constructor(scope: Scope, name: string) {
    this.#scope = scope
    this.name = name
  }

  async exists(): Promise<boolean> {
    const what = `Look for bucket ${this.name}`
    return presence(async () => {
      await this.#scope.transport.send({ method: 'HEAD', path: `/${this.name}`, what })
      return true
    })
  }

  /** No request is sent. Nested schemas are named by their path: `shows/2026/comp`. */
  schema(path: string): Schema {
    return new Schema(this.#scope, this.name, checkPath(path, 'schema'))
  }

  /** The schemas directly in this bucket, in the server's order. */
  async schemas(options: ListOptions = {}): Promise<SchemaInfo[]> {
    return listSchemas(this.#scope, this.name, '', options)
  }
}
