import { ExrError } from '../errors.ts'

/** Which chunks a look at pixels takes in; the rest is neither read nor decoded. */
export type Sampling =
  | { readonly method: 'full' }
  /** Every nth row of scan-line parts, every nth tile of tiled ones. */
  | { readonly method: 'every'; readonly n: number }
  /** About this share of the chunks, the same ones for the same seed. */
  | { readonly method: 'share'; readonly share: number; readonly seed: number }

/**
 * `full`, `8` or `every=8` for every 8th row (every 8th tile), `0.1` or `share=0.1` for a tenth of the chunks, and
 * `share=0.1,seed=7` for other ones. Throws ERR_OPTION_INVALID.
 */
export function parseSampling(text: string, name = 'sample'): Sampling {
  if (text === 'full') return { method: 'full' }
  const match = /^(?:sample=|every=|share=)?(\d+(?:\.\d+)?)(?:,seed=(\d+))?$/.exec(text)
  const number = Number(match?.[1])
  const seed = Number(match?.[2] ?? 0)
  const isShare = text.startsWith('share=') || (number > 0 && number < 1)
  if (match !== null && isShare && number > 0 && number <= 1) return { method: 'share', share: number, seed }
  if (match !== null && !isShare && Number.isSafeInteger(number) && number >= 1 && number <= 2 ** 20) {
    return number === 1 ? { method: 'full' } : { method: 'every', n: number }
  }
  const expected = 'full, a whole number n for every nth row or tile, or a share of the chunks such as 0.1'
  throw new ExrError('ERR_OPTION_INVALID', `Expected ${expected} for ${name} but received ${text}`)
}
