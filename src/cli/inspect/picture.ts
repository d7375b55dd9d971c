import type { Payload } from '../../inspect/payload.ts'
import type { Picture } from '../picture/image.ts'

/** The picture that a file carries in its own header: the `preview` attribute of its first part that has one. */
export function previewOf(payload: Payload): Picture | null {
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
