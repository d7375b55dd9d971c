/** What the codec does with bytes that Node does natively and a browser in script. */
interface Natives {
  isUtf8(bytes: Uint8Array): boolean
  toBase64(bytes: Uint8Array): string
  /** A function from [start, end) to the text that has one character per byte. */
  latin1Of(bytes: Uint8Array): (start: number, end: number) => string
}

/** What a zlib stream unpacks to, at most `maxBytes`. Throws for a broken stream and for one that is longer. */
export type Inflate = (packed: Uint8Array, maxBytes: number) => Uint8Array

/** The same in script alone. */
export const portable: Natives = {
  isUtf8: isUtf8Strictly,
  toBase64: base64Of,
  latin1Of: latin1InScript,
}

/** Nothing in this room imports a module of Node: asked for like this they are found there, and bundlers look for none. */
const buffer = globalThis.process?.getBuiltinModule?.('node:buffer')
const zlib = globalThis.process?.getBuiltinModule?.('node:zlib')

/** Node's own where this runs in Node, else `portable`. */
export const natives: Natives =
  buffer === undefined
    ? portable
    : {
        isUtf8: buffer.isUtf8,
        toBase64: (bytes) => buffer.Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'),
        latin1Of: (bytes) => {
          const view = buffer.Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
          return (start, end) => view.toString('latin1', start, end)
        },
      }

/** Node's own where this runs in Node; null elsewhere, where `portable.ts` has it in script, which Node need not load. */
export const inflate: Inflate | null =
  zlib === undefined ? null : (packed, maxBytes) => zlib.inflateSync(packed, { maxOutputLength: Math.max(1, maxBytes) })

function isUtf8Strictly(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

function base64Of(bytes: Uint8Array): string {
  return btoa(latin1InScript(bytes)(0, bytes.length))
}

function latin1InScript(bytes: Uint8Array): (start: number, end: number) => string {
  return (start, end) => {
    let text = ''
    // A call takes so many arguments and no more.
    for (let at = start; at < end; at += 8192) {
      text += String.fromCharCode(...bytes.subarray(at, Math.min(end, at + 8192)))
    }
    return text
  }
}
