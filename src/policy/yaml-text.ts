import { type Document, isMap, isNode, isScalar, Lexer, LineCounter, Parser, parseDocument } from 'yaml'
import { ExrError } from '../errors.ts'

/** Longest text, in characters. */
const MAX_TEXT = 4 * 1024 * 1024
/** Deepest nesting, of the text and of its value: readers of YAML recurse, and a stack that ends can end the process. */
const MAX_DEPTH = 100
/** Longest text of a policy that an error repeats. */
const MAX_SHOWN = 100

/** A place of a value, by keys and indices from the top. */
export type YamlPath = readonly (string | number)[]

/** Text in YAML or JSON that was read, and where what is in it lies. */
export class YamlText {
  readonly document: Document
  readonly value: unknown
  readonly #lines = new LineCounter()
  readonly #location: string

  /** Throws ERR_POLICY_INVALID with file, line and column. */
  constructor(text: string, location: string) {
    this.#location = location
    if (text.length > MAX_TEXT) {
      throw new ExrError(
        'ERR_POLICY_INVALID',
        `${location}: a text of ${text.length} characters; at most ${MAX_TEXT} are allowed.`,
      )
    }
    this.#assertShallow(text)
    this.document = parseDocument(text, { prettyErrors: false, uniqueKeys: true, logLevel: 'silent' })
    const [error] = this.document.errors
    if (error !== undefined) throw this.at(error.pos[0], `not YAML: ${error.message.split('\n')[0]}`)
    try {
      this.value = this.document.toJS({ maxAliasCount: 100 })
    } catch (cause) {
      throw this.at(0, (cause as Error).message)
    }
    if (depthOf(this.value) > MAX_DEPTH) {
      throw this.at(0, `aliases make it nest deeper than ${MAX_DEPTH}, or without an end`)
    }
  }

  /** An error at a place of the text. */
  at(offset: number, why: string, cause?: unknown): ExrError {
    return new ExrError('ERR_POLICY_INVALID', `${this.place(offset)}${why}`, { cause })
  }

  /** File, line and column, as an error begins. */
  place(offset: number): string {
    const { line, col } = this.#lines.linePos(offset)
    return `${this.#location}:${line}:${col}: `
  }

  /** Where a value begins, or its key. */
  offsetOf(path: YamlPath, isKey = false): number {
    const { contents } = this.document
    const node = path.length === 0 ? contents : this.document.getIn(path, true)
    const offset = isNode(node) ? (node.range?.[0] ?? 0) : 0
    if (!isKey) return offset
    const parent = path.length === 1 ? contents : this.document.getIn(path.slice(0, -1), true)
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)))
      : undefined
    return isScalar(pair?.key) ? (pair.key.range?.[0] ?? offset) : offset
  }

  /** The parser keeps a stack of its own; what composes its tokens recurses. Also counts lines. */
  #assertShallow(text: string): void {
    this.#lines.addNewLine(0)
    const parser = new Parser(this.#lines.addNewLine)
    for (const lexeme of new Lexer().lex(text)) {
      for (const _ of parser.next(lexeme));
      // Its first entry is the document.
      if (parser.stack.length > MAX_DEPTH + 1) throw this.at(parser.offset, `nests deeper than ${MAX_DEPTH}`)
    }
  }
}

/** How deep a value nests, each of its objects looked at once; no more than just beyond the limit. */
function depthOf(value: unknown, depth = 0, known = new Map<object, number>()): number {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return depth
  // What was seen as deep as here leads no deeper from here.
  if ((known.get(value) ?? -1) >= depth) return depth
  known.set(value, depth)
  let deepest = depth
  for (const item of Object.values(value)) deepest = Math.max(deepest, depthOf(item, depth + 1, known))
  return deepest
}

/** A value of a policy as errors tell it: in a few words, whatever it is. */
export function shownValue(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'a mapping'
  return JSON.stringify(typeof value === 'string' ? shownWord(value) : value) ?? 'nothing'
}

/** A word of a policy, cut where it is long. */
export function shownWord(word: string): string {
  return word.length > MAX_SHOWN ? `${word.slice(0, MAX_SHOWN)} …` : word
}
