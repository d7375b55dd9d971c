import { ExrError } from '../../errors.ts'
import type { Payload } from '../../inspect/payload.ts'
import type { PixelLocation } from '../../tasks/pixel-task.ts'
import type { CliContext } from '../context.ts'
import { toExrError } from '../errors.ts'
import { encodePicture } from '../picture/encode.ts'
import type { Picture } from '../picture/image.ts'
import { protocolFor } from '../picture/protocol.ts'

/** Finer than any terminal here shows: 24 rows of half blocks, or of cells of 16 pixels. */
const DECODED_SIZE = 640

export interface Pictures {
  /** What to send to the terminal for a file; empty, with a note that says why, where there is nothing to show. */
  of(payload: Payload): Promise<string>
  close(): Promise<void>
}

/**
 * Pictures of files for a terminal: the preview in the header, else the pixels themselves, decoded in a child process
 * that starts with the first file that needs it. Throws ERR_OPTION_INVALID where there is no terminal, unless the way
 * to show pictures is named.
 */
export function pictures(asked: string | true, context: CliContext): Pictures {
  if (asked === true && !context.stdout.isTTY) {
    throw new ExrError('ERR_OPTION_INVALID', 'There is no terminal to show a picture on. Name a way: --image blocks')
  }
  const protocol = protocolFor(asked, context.env)
  const decoder = openDecoder(context)
  return {
    async of(payload) {
      try {
        const picture = previewOf(payload) ?? (await decoder.read(payload.file.path))
        return await encodePicture(picture, protocol, context.stdout.columns || 80)
      } catch (error) {
        context.note(`No picture, for there is no preview in the header: ${toExrError(error).message}`)
        return ''
      }
    },
    close: () => decoder.close(),
  }
}

function openDecoder(context: CliContext) {
  const open = async () => {
    const [{ openPixelPool }, { s3SettingsFrom }] = await Promise.all([
      import('../../tasks/pixel-pool.ts'),
      import('../../settings/s3.ts'),
    ])
    return openPixelPool({ jobs: 1, s3: s3SettingsFrom((name) => context.env[name]) })
  }
  let pool: ReturnType<typeof open> | null = null
  return {
    async read(location: PixelLocation): Promise<Picture> {
      pool ??= open()
      const task = { kind: 'thumbnail', location, options: { size: DECODED_SIZE }, output: null } as const
      const { width, height, channels, bytes } = await (await pool).ask(task)
      return { width, height, rgba: channels === 4 ? bytes : withAlpha(bytes) }
    },
    async close() {
      await (await pool)?.close()
    },
  }
}

function withAlpha(rgb: Uint8Array): Uint8Array {
  const rgba = new Uint8Array((rgb.length / 3) * 4).fill(255)
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) rgba.set(rgb.subarray(from, from + 3), to)
  return rgba
}

/** The picture that a file carries in its own header: the `preview` attribute of its first part that has one. */
function previewOf(payload: Payload): Picture | null {
  for (const attributes of payload.attributes.parts) {
    const value = attributes.find(({ type, source }) => type === 'preview' && source === 'exr')?.value
    if (isPreview(value)) {
      const rgba = new Uint8Array(Buffer.from(value.data, 'base64'))
      if (value.width > 0 && rgba.length === value.width * value.height * 4) return { ...value, rgba }
    }
  }
  return null
}

function isPreview(value: unknown): value is { width: number; height: number; data: string } {
  if (typeof value !== 'object' || value === null) return false
  const { width, height, data } = value as Record<string, unknown>
  return typeof width === 'number' && typeof height === 'number' && typeof data === 'string'
}
