/**
 * Bytes of an array that crosses to another process in a message of its own: a message is put together and copied in one
 * go, which for some hundred MiB would keep the receiver from everything else for a second.
 */
const PIECE_BYTES = 1024 * 1024

/** Stands in a message for the array that came before it. */
interface Placeholder {
  readonly pieceNumber: number
}

/** A value without its large arrays, and these. Plain objects and lists are looked into. */
export interface InPieces {
  readonly pieces: readonly NodeJS.TypedArray[]
  readonly rest: unknown
}

/** Takes a value apart; what has no large array stays as it is. */
export function takeApart(value: unknown): InPieces {
  const pieces: NodeJS.TypedArray[] = []
  const without = (part: unknown): unknown => {
    if (ArrayBuffer.isView(part) && !(part instanceof DataView) && part.byteLength > PIECE_BYTES) {
      return { pieceNumber: pieces.push(part as NodeJS.TypedArray) - 1 } satisfies Placeholder
    }
    return mapped(part, without)
  }
  return { rest: without(value), pieces }
}

/** The value that was taken apart. */
export function putTogether({ rest, pieces }: InPieces): unknown {
  if (pieces.length === 0) return rest
  const whole = (part: unknown): unknown => (isPlaceholder(part) ? pieces[part.pieceNumber] : mapped(part, whole))
  return whole(rest)
}

function isPlaceholder(part: unknown): part is Placeholder {
  return typeof part === 'object' && part !== null && 'pieceNumber' in part
}

function mapped(part: unknown, change: (part: unknown) => unknown): unknown {
  if (Array.isArray(part)) return part.map(change)
  if (typeof part !== 'object' || part === null || Object.getPrototypeOf(part) !== Object.prototype) return part
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, change(value)]))
}
