import { ExrError } from '../../../errors.ts'
import type { PixelValues } from '../api.ts'
import { type ExplorerContext, versionOf } from '../context.ts'
import { digestOf } from '../pictures.ts'
import type { Route } from '../route.ts'

/** Sides of what one request may ask for. */
const MOST_SIDE = 4096
const MOST_THUMBNAIL = 2048

const LAYER = { type: 'string', description: 'layer or channel; the beauty where left out', maxLength: 1000 } as const
const PART = {
  type: 'integer',
  description: 'part; the first that has the layer where left out',
  minimum: 0,
  maximum: 65_535,
} as const
const VIEW = { type: 'string', description: 'view of a stereo file', maxLength: 200 } as const
const place = (description: string) =>
  ({ type: 'integer', description, minimum: -(2 ** 31), maximum: 2 ** 31 - 1 }) as const

interface PixelsQuery {
  readonly part?: number
  readonly layer?: string
  readonly view?: string
  readonly level: number
  readonly level_y?: number
  readonly size: number
  readonly samples: boolean
  readonly x?: number
  readonly y?: number
  readonly width?: number
  readonly height?: number
}

/** Pictures and pixels, decoded in child processes; who leaves ends the decoding. */
export function imageRoutes(context: ExplorerContext): Route[] {
  const { pictures } = context
  const locate = (fileId: string) => context.holder.use((catalog) => context.known.of(catalog, fileId))
  return [
    {
      method: 'GET',
      path: '/files/{file_id}/thumbnail',
      summary: 'A picture of a file as it is meant to be seen',
      answers: 'image/jpeg',
      query: {
        size: {
          type: 'integer',
          description: 'longer side in pixels',
          minimum: 16,
          maximum: MOST_THUMBNAIL,
          default: 256,
        },
        part: PART,
        layer: LAYER,
        view: VIEW,
        exposure: { type: 'number', description: 'stops', minimum: -32, maximum: 32, default: 0 },
      },
      run: async ({ params, query, signal, headers, reply }) => {
        const row = await locate(params['file_id']!)
        const options = query as { size: number; exposure: number; part?: number; layer?: string; view?: string }
        const { bytes, etag } = await pictures.thumbnail(row.file_path, await versionOf(row), options, signal)
        reply.header('etag', etag).header('cache-control', 'private, max-age=0, must-revalidate')
        if (headers['if-none-match'] === etag) return reply.code(304).send()
        return reply.type('image/jpeg').send(bytes)
      },
    },
    {
      method: 'GET',
      path: '/files/{file_id}/pixels',
      summary: 'Linear half-float RGBA of a region, row by row from its upper left corner, little endian',
      answers: 'application/octet-stream',
      query: {
        part: PART,
        layer: LAYER,
        view: VIEW,
        level: {
          type: 'integer',
          description: 'mip level, or of a rip map the one across',
          minimum: 0,
          maximum: 31,
          default: 0,
        },
        level_y: { type: 'integer', description: 'level down, where it is another', minimum: 0, maximum: 31 },
        samples: { type: 'boolean', description: 'how many samples each pixel of a deep part has', default: false },
        x: place('left edge, in the coordinates of the data window'),
        y: place('upper edge'),
        width: { type: 'integer', description: 'pixels', minimum: 1, maximum: 2 ** 31 - 1 },
        height: { type: 'integer', description: 'pixels', minimum: 1, maximum: 2 ** 31 - 1 },
        size: {
          type: 'integer',
          description: 'longest side of the answer; larger regions become means',
          minimum: 1,
          maximum: MOST_SIDE,
          default: 1024,
        },
      },
      run: async ({ params, query, signal, headers, reply }) => {
        const row = await locate(params['file_id']!)
        const { level, level_y = level, x, y, width, height, ...rest } = query as unknown as PixelsQuery
        const corners = [x, y, width, height].filter((each) => each !== undefined)
        if (corners.length % 4 !== 0) {
          throw new ExrError(
            'ERR_OPTION_INVALID',
            'Give all of x, y, width and height for a region, or none for the whole level',
          )
        }
        const etag = `"${digestOf([await versionOf(row), query])}"`
        reply.header('etag', etag).header('cache-control', 'private, max-age=0, must-revalidate')
        if (headers['if-none-match'] === etag) return reply.code(304).send()
        const options = {
          ...rest,
          level: { x: level, y: level_y },
          ...(corners.length === 4 && { region: { x: x!, y: y!, width: width!, height: height! } }),
        }
        const { rgba, ...facts } = await pictures.region(row.file_path, options, signal)
        return reply
          .header('x-exr-region', JSON.stringify(facts))
          .type('application/octet-stream')
          .send(Buffer.from(rgba.buffer, rgba.byteOffset, rgba.byteLength))
      },
    },
    {
      method: 'GET',
      path: '/files/{file_id}/values',
      summary: 'The raw value of every channel of a part at one pixel',
      answers: 'PixelValues',
      query: {
        part: { type: 'integer', description: 'part', minimum: 0, maximum: 65_535, default: 0 },
        x: place('column, in the coordinates of the data window'),
        y: place('row'),
      },
      required: ['x', 'y'],
      run: async ({ params, query, signal }): Promise<PixelValues> => {
        const row = await locate(params['file_id']!)
        const options = query as { part: number; x: number; y: number }
        const { channels, ...rest } = await pictures.pool.ask(
          { kind: 'samples', location: row.file_path, options },
          { signal },
        )
        return {
          ...rest,
          channels: channels.map(({ samples, ...channel }) => ({
            ...channel,
            value: jsonNumber(channel.value),
            ...(samples !== undefined && { samples: samples.map((each) => jsonNumber(each)!) }),
          })),
        }
      },
    },
  ]
}

function jsonNumber(value: number | null): PixelValues['channels'][number]['value'] {
  return value === null || Number.isFinite(value) ? value : (String(value) as 'NaN' | 'Infinity' | '-Infinity')
}
