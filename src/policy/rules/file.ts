import type { PartFacts } from '../../inspect/payload.ts'
import type { FileView } from '../file-view.ts'
import { eachPart, pixelsIncomplete, pixelsUnread } from '../look.ts'
import { number } from '../options.ts'
import type { FileRule, Finding } from '../rule.ts'
import { DEFECTS_UNKNOWN, defectFindings, noDefect } from './defects.ts'

/** Magic, version, one part with the eight required attributes, one channel of one letter, one chunk offset. */
const SMALLEST_FILE = 285

/** Also true where the flags are not known: the rule then says so instead of passing over it. */
const hasFlag = (name: string) => (view: FileView) =>
  (view.file.version_flags as string | null)?.split(',').includes(name) ?? true

const LOOKED_AT = {
  none: 'the chunk table was not read',
  table: 'only the chunk table was read',
  leaders: 'only the leaders of some chunks were read',
} as const

/** Section "File structure". */
export const fileRules: readonly FileRule[] = [
  {
    id: 'file-not-empty',
    severity: 'error',
    tier: 'names',
    title:
      'Size is above zero and above the smallest possible header (placeholder frames left by a farm are a normal way to fail).',
    reason:
      'A farm puts placeholders where frames will be and not every job comes back: such a file counts as a frame by its name and is none.',
    source: ['RW', 'RR'],
    remedy: 'Render or copy the frame again.',
    failsOn: ['ERR_SOURCE_EMPTY'],
    check({ sizeBytes }) {
      if (sizeBytes === null) return { state: 'not_checked', reason: 'the size is not known' }
      if (sizeBytes >= SMALLEST_FILE) return []
      return [{ expected: `${SMALLEST_FILE} bytes or more`, actual: `${sizeBytes} bytes` }]
    },
  },
  {
    id: 'file-magic',
    severity: 'error',
    tier: 'header',
    title: 'First four bytes are 76 2f 31 01.',
    reason:
      "Readers look at these bytes first and refuse whatever begins otherwise, so another format under this name fails late, in a render or on a viewer's desk.",
    source: ['LAYOUT'],
    remedy: 'Find out what the file is; write it as OpenEXR or give it its own extension.',
    failsOn: ['ERR_EXR_MAGIC'],
    check: () => [],
  },
  {
    id: 'file-extension',
    severity: 'info',
    tier: 'names',
    title: 'Name ends in `.exr`; `.sxr`, `.mxr`, `.dxr` are known but discouraged.',
    reason:
      'Tools pick files by extension, so stereo, multi-part and deep files under extensions of their own are not found.',
    source: ['TECH', 'VIEW'],
    remedy: 'Rename the file so that it ends in .exr.',
    check({ name }) {
      const extension = /\.[^.]*$/.exec(name)?.[0] ?? ''
      if (extension.toLowerCase() === '.exr') return []
      return [{ expected: 'a name that ends in .exr', actual: extension === '' ? 'no extension' : extension }]
    },
  },
  {
    id: 'file-format-version',
    severity: 'error',
    tier: 'header',
    title: 'Low byte of the version word is 2.',
    reason: '2 is the only version of the format that exists: another number is damage, or a format nobody reads.',
    source: ['LAYOUT'],
    remedy: 'Copy or write the file again.',
    failsOn: ['ERR_EXR_VERSION'],
    check: noDefect('version 2', ['unsupported-version']),
  },
  {
    id: 'file-flags-known',
    severity: 'error',
    tier: 'header',
    title: 'Only bits 9 to 12 may be set; all others are 0.',
    reason:
      'A reader has to refuse a file with a flag that it does not know, because the flag may change what all bytes after it mean.',
    source: ['LAYOUT'],
    remedy: 'Write the file with a current OpenEXR library; of damage, copy it again.',
    check: noDefect('no flags but bits 9 to 12', ['unknown-version-flags']),
  },
  {
    id: 'file-flags-combination',
    severity: 'error',
    tier: 'header',
    title: 'Bit 9 (tiled) excludes bits 11 and 12; bit 11 is set exactly when some part is deep.',
    reason:
      'The flags say how everything after them is read; two that contradict each other make readers take the same bytes for different things.',
    source: ['LAYOUT', 'VAL'],
    remedy: 'Write the file again with the OpenEXR library, which sets the flags by the parts.',
    check: noDefect('flags that go together', ['bad-flag-combination', 'deep-flag-mismatch'], ({ file }) =>
      /tiled|deep|multi_part/.test(file.version_flags),
    ),
  },
  {
    id: 'file-multipart-count',
    severity: 'warn',
    tier: 'header',
    title: 'Bit 12 set means a list of headers closed by an empty one, and not exactly one part.',
    reason:
      'A list of headers with one entry is read by some and refused by others, and a list without an end is read into the pixels.',
    source: ['LAYOUT'],
    remedy: 'Write a single part as a single-part file.',
    check: noDefect('two parts or more', ['single-part-list', 'no-parts'], hasFlag('multi_part')),
  },
  {
    id: 'file-header-terminated',
    severity: 'error',
    tier: 'header',
    title: 'Every header ends with a null byte before the end of the file.',
    reason: 'Without its end the header runs into what follows it, and nothing after it can be found.',
    source: ['LAYOUT'],
    remedy: 'The file was cut in its header: render or copy it again.',
    failsOn: ['ERR_EXR_TRUNCATED'],
    check: noDefect('a header that ends', ['header-truncated', 'header-not-terminated', 'name-unterminated']),
  },
  {
    id: 'file-name-length',
    severity: 'error',
    tier: 'header',
    title: 'Attribute, type and channel names are 1 to 31 bytes, or up to 255 with bit 10 set.',
    reason: 'Readers keep names in 31 bytes, or 255 with the flag for long names: a longer one is cut or refused.',
    source: ['LAYOUT'],
    remedy: 'Shorten the names, or write the file with a library that sets the flag for long names.',
    check: noDefect('names within their length', ['name-too-long', 'attribute-type-empty']),
  },
  {
    id: 'file-long-names-flag',
    severity: 'warn',
    tier: 'header',
    title:
      'Bit 10 set only if some name really exceeds 31 bytes; if set, older and third-party readers may refuse the file.',
    reason: 'Old readers, and several of other makers, refuse the file for the flag alone, needed or not.',
    source: ['HDRM-5', 'CABLES-8593'],
    remedy: 'Write the file again with names of at most 31 bytes, which leaves the flag out.',
    check: noDefect('a name that needs the flag', ['long-names-unneeded'], hasFlag('long_names')),
  },
  {
    id: 'file-attribute-size',
    severity: 'error',
    tier: 'header',
    title: 'Stored size equals the fixed size of the type, and stays inside the file.',
    reason:
      'The stored size is how readers find the next attribute: a wrong one makes them read values as names, or leave the file.',
    source: ['LAYOUT', 'RC-SRC'],
    remedy: 'Write the header again; what wrote this one is not to be trusted with others.',
    check: noDefect('the size of its type, inside the file', [
      'attribute-size-negative',
      'attribute-leaves-file',
      'attribute-size-mismatch',
      'attribute-malformed',
    ]),
  },
  {
    id: 'file-attribute-unique',
    severity: 'error',
    tier: 'header',
    title: 'No attribute name appears twice in one header.',
    reason: 'One reader takes the first of two values and another the last, so two programs see different files.',
    source: ['CHG'],
    remedy: 'Remove one of the attributes and write the header again.',
    check: noDefect('each name once', ['duplicate-attribute']),
  },
  {
    id: 'file-header-budget',
    severity: 'warn',
    tier: 'header',
    title:
      'Total header size under a limit (suggest warn above 1 MiB, error above 16 MiB). Very large headers stall hosts even when unused.',
    reason:
      'Every host reads the whole header before it shows a name: hosts stall on long ones even when nobody uses what is in them.',
    source: ['AYON-1602', 'CM-149'],
    options: {
      max_bytes: number(1024 * 1024, 'header bytes above which it fails'),
      error_bytes: number(16 * 1024 * 1024, 'header bytes above which it is an error'),
    },
    remedy: 'Move manifests and long lists to a side-car file.',
    check({ file }, options) {
      const max = options['max_bytes'] as number
      if (file.header_bytes === null) return { state: 'not_checked', reason: 'the length of the header is not known' }
      if (file.header_bytes <= max) return []
      const finding: Finding = { expected: `${max} bytes or fewer`, actual: `${file.header_bytes} bytes of header` }
      return [file.header_bytes > (options['error_bytes'] as number) ? { ...finding, severity: 'error' } : finding]
    },
  },
  {
    id: 'file-chunk-table-present',
    severity: 'error',
    tier: 'structure',
    title: 'The offset table of every part lies inside the file.',
    reason: 'The table says where every row and tile lies; without it readers have to guess or to refuse.',
    source: ['LAYOUT'],
    remedy: 'The file is cut before its pixels: copy or render it again.',
    check: noDefect('tables inside the file', ['chunk-table-leaves-file'], ({ parts }) => parts.length > 0),
  },
  {
    id: 'file-chunk-table-complete',
    severity: 'error',
    tier: 'structure',
    title:
      'No offset is zero. A zero means the table was not written to its end; report how many rows or tiles are missing and where.',
    reason:
      'The table is written last, so zeros in it mean that the writer was stopped: rows and tiles are missing, and readers show them black or fail.',
    source: ['DJV-308', 'TEXR-34'],
    remedy: 'The file is not as its writer meant it: copy or render the frame again.',
    check(file) {
      const findings = file.parts.flatMap(({ index, facts }): Finding[] => {
        const missing = facts.missing_chunks ?? 0
        if (missing === 0) return []
        const rows = facts.missing?.rows?.map(([first, last]) => `${first} to ${last}`).join(', ')
        const where = rows === undefined ? '' : `; rows ${rows}${facts.missing!.truncated ? ' and more' : ''}`
        return [
          {
            part: index,
            expected: `${facts.chunk_count ?? 'all'} chunks`,
            actual: `${missing} missing${where}`,
          },
        ]
      })
      if (findings.length > 0) return findings
      const zero = defectFindings(file, 'no offset of zero', ['chunk-offset-zero'])
      if (zero.length > 0) return zero
      const unwritten = defectFindings(file, 'a chunk table', ['chunk-table-unwritten'])
      if (unwritten.length > 0) return unwritten
      const unknown = file.parts.find(({ facts }) => facts.missing_chunks === null)
      // A number that the table itself gives proves nothing about the table.
      const uncounted = file.errors.find(({ defect }) => defect === 'chunk-count-unknown')
      const part = unknown?.index ?? uncounted?.part_index
      return part === undefined
        ? []
        : { state: 'cannot_check', reason: `how many chunks part ${part} should have is not known` }
    },
  },
  {
    id: 'file-chunk-table-range',
    severity: 'error',
    tier: 'structure',
    title: 'Every offset is past the tables, below the file size, and unique.',
    reason:
      'An offset outside of the pixels sends readers into the header or past the end; two equal ones show the same rows twice.',
    source: ['CHUNK'],
    remedy: 'Copy the file again; where the copy is the same, render it again.',
    check: noDefect('offsets past the tables, inside the file, each once', [
      'chunk-offset-outside-file',
      'chunk-offset-inside-header',
      'chunk-offset-duplicate',
    ]),
  },
  {
    id: 'file-truncated',
    severity: 'error',
    tier: 'structure',
    title:
      'Highest chunk offset + its leader + its stored size is within the file (one more small read, of that leader). Decides truncation without decoding a pixel.',
    reason: 'A copy that stopped looks whole by name and header, and shows only when somebody decodes the last rows.',
    source: ['CHUNK', 'OIIO-1061'],
    remedy: 'The file is cut short: render or copy it again.',
    failsOn: ['ERR_EXR_TRUNCATED'],
    check(file) {
      const found = defectFindings(file, 'a last chunk that ends inside the file', [
        'last-chunk-truncated',
        'chunk-offset-outside-file',
        'chunk-table-leaves-file',
        'header-truncated',
        'attribute-leaves-file',
      ])
      if (found.length > 0) return found
      if (!file.knowsDefects && file.file.is_complete !== true) return DEFECTS_UNKNOWN
      if (file.file.is_complete === null) return { state: 'cannot_check', reason: 'where chunks end cannot be told' }
      return []
    },
  },
  {
    id: 'file-chunk-leaders',
    severity: 'error',
    tier: 'chunks',
    title: 'Part number, row or tile coordinates, level and sizes in each chunk leader agree with the table.',
    reason:
      'A chunk that says it is another one, or of another size, was overwritten or moved: what it shows is not what was rendered.',
    source: ['CHUNK'],
    remedy: 'Copy the file again, not in text mode; where that does not help, render it again.',
    check(file) {
      const found = defectFindings(file, 'leaders that agree with the table', [
        'chunk-leader-mismatch',
        'text-mode-transfer',
      ])
      if (found.length > 0) return found
      const { check_depth: depth } = file.file
      if (depth === 'all' || depth === 'pixels') return []
      return {
        state: 'not_checked',
        reason: LOOKED_AT[depth],
      }
    },
  },
  {
    id: 'file-chunk-order',
    severity: 'info',
    tier: 'structure',
    title: 'Offsets ascend in the declared line order (random order costs seeks on spinning and object storage).',
    reason:
      'Readers go through rows in the declared order: chunks in another cost a seek each on disks and a request each in object storage.',
    source: ['TECH'],
    remedy: 'Write the file again in one pass, or leave it where reads are local.',
    check(file) {
      if (!file.knowsDefects) return { state: 'not_checked', reason: 'a catalog does not keep the order of chunks' }
      return eachPart(
        file,
        ({ facts }) => facts.chunk_order !== undefined && expectedOrder(facts) !== null,
        ({ facts }) => {
          const expected = expectedOrder(facts)
          if (facts.chunk_order === expected) return []
          return [{ expected: `offsets that go ${expected}`, actual: `${facts.chunk_order}` }]
        },
      )
    },
  },
  {
    id: 'file-trailing-bytes',
    severity: 'info',
    tier: 'structure',
    title:
      'Bytes after the last chunk are declared padding (end-of-file filler is legal in the ACES container; some finishing systems pad frames to sector size).',
    reason:
      'Bytes that no chunk owns are padding of a finishing system, or the rest of an older and longer file under the same name.',
    source: ['ACES-TOC', 'DV'],
    remedy: 'Find out what wrote them; write the file again where it was no padding.',
    options: {
      multiple_of: number(0, 'accept filler that ends the file at a multiple of so many bytes; 0 accepts none'),
    },
    check({ file }, options) {
      const { trailing_bytes: bytes, size_bytes: size } = file
      if (bytes === null) return { state: 'cannot_check', reason: 'where the last chunk ends is not known' }
      const multiple = options['multiple_of'] as number
      if (bytes === 0 || (multiple > 0 && size % multiple === 0 && bytes < multiple)) return []
      return [{ byteOffset: size - bytes, expected: 'nothing after the last chunk', actual: `${bytes} bytes` }]
    },
  },
  {
    id: 'file-decodes',
    severity: 'error',
    tier: 'pixels',
    title: 'Every chunk of every part decompresses to its expected size.',
    reason: 'Header and tables can be whole while the pixels behind them are damaged: only decoding tells.',
    source: ['EXRCHECK', 'OIIO-1061'],
    remedy: 'The pixel data is damaged: render or copy the frame again.',
    check(file) {
      const unread = pixelsUnread(file)
      if (unread !== null) return unread
      const findings = file.parts.flatMap(({ index, stats }): Finding[] =>
        (stats?.missing?.chunks ?? 0) > 0
          ? [
              {
                part: index,
                expected: 'every chunk decodes',
                actual: `${stats!.missing!.chunks} do not: ${stats!.missing!.reasons.join('; ')}`,
              },
            ]
          : [],
      )
      return findings.length > 0 ? findings : (pixelsIncomplete(file) ?? [])
    },
  },
  {
    id: 'header-crash',
    severity: 'error',
    tier: 'header',
    title: 'No reader dies on the file.',
    reason: 'A file that ends a reader ends the render, the session or the service that opens it.',
    source: ['proposal'],
    remedy: 'Keep the file away from production readers and report it to the maintainers of the reader that died.',
    failsOn: ['ERR_NATIVE_CRASH', 'ERR_WORKER_DIED'],
    check: noDefect('a reader that survives', []),
  },
]

/** How offsets go along the table of a part as its line order declares; null where it declares none for the whole of it. */
function expectedOrder({ line_order: order, is_tiled: isTiled }: PartFacts): 'increasing' | 'decreasing' | null {
  if (order === 'increasing_y') return 'increasing'
  // Rows of tiles go down, tiles of a row do not.
  return order === 'decreasing_y' && !isTiled ? 'decreasing' : null
}
