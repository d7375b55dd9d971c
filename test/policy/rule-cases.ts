import type { FileDiff } from '../../src/pixels/diff-types.ts'
import { type PolicyFacts, unreadableFacts } from '../../src/policy/index.ts'
import { type FileSpec, madeFacts, type PartSpec } from './make-facts.ts'

/** What a rule must say of facts: a pass, a failure, and where it does not apply (or, of rules that always do, cannot be asked). */
export interface RuleCase {
  readonly pass: readonly PolicyFacts[]
  readonly fail: readonly PolicyFacts[]
  readonly other: readonly PolicyFacts[]
  readonly otherState?: 'not_applicable' | 'cannot_check' | 'not_checked'
  readonly options?: Readonly<Record<string, unknown>>
}

const file = (spec: FileSpec = {}) => [madeFacts(spec)]
const part = (spec: PartSpec) => file({ parts: [spec] })
const parts = (...specs: PartSpec[]) => file({ parts: specs })
const facts = (values: NonNullable<PartSpec['facts']>) => part({ facts: values })
const channels = (...names: NonNullable<PartSpec['channels']>) => part({ channels: names })
const attribute = (name: string, type: string, value: unknown) => part({ attributes: { [name]: [type, value] } })
const named = (path: string) => file({ path })
const unreadable = (code: string) => [unreadableFacts('/show/f.1001.exr', { code, message: 'cannot be read' }, 5000)]
const stats = (values: object, names: readonly string[] = ['R', 'G', 'B']) =>
  part({ channels: names, stats: { channels: names.map((channel_name) => ({ channel_name, ...values })) } })
const frames = (make: (index: number) => FileSpec, count = 5) =>
  Array.from({ length: count }, (_, index) => madeFacts({ path: `/show/f.${1001 + index}.exr`, ...make(index) }))
const same = (spec: FileSpec = {}) => frames(() => spec)
/** The last of some frames is different. */
const odd = (usual: FileSpec, other: FileSpec, count = 5) =>
  frames((index) => (index === count - 1 ? other : usual), count)
const alone = file({ path: '/show/still.exr' })

/** Rules that hold while the header codec reports none of their defects. */
const always = (defect: string, pass: readonly PolicyFacts[] = file()): RuleCase => ({
  pass,
  fail: file({ defects: [defect] }),
  other: unreadable('ERR_SOURCE_READ'),
  otherState: 'cannot_check',
})

const TILED = {
  is_tiled: true,
  part_type: 'tiledimage',
  tile_width: 64,
  tile_height: 64,
  level_mode: 'one_level',
} as const
const tiles = (size: number, mode = 'one_level') =>
  ['tiledesc', { x_size: size, y_size: size, level_mode: mode, rounding_mode: 'round_down' }] as const
const DEEP = { is_deep: true, part_type: 'deepscanline', compression: 'zips' } as const
const deep = (
  names: NonNullable<PartSpec['channels']>,
  attributes: PartSpec['attributes'] = {},
  values: PartSpec['facts'] = {},
) => part({ facts: { ...DEEP, ...values }, channels: names, attributes })
const deepStats = (values: object, attributes: PartSpec['attributes'] = {}) =>
  part({ facts: DEEP, channels: ['Z FLOAT', 'A'], attributes, deep: values })
const AP0 = { red: [0.7347, 0.2653], green: [0, 1], blue: [0.0001, -0.077], white: [0.32168, 0.33767] }
const REC709 = { red: [0.64, 0.33], green: [0.3, 0.6], blue: [0.15, 0.06], white: [0.3127, 0.329] }
const chromaticities = (value: object) => ['chromaticities', value] as const
const ACES_ATTRIBUTES = { acesImageContainerFlag: ['int', 1], chromaticities: chromaticities(AP0) } as const
const aces = (spec: PartSpec = {}, values: FileSpec['file'] = {}) =>
  file({
    file: values,
    parts: [
      {
        channels: ['B', 'G', 'R'],
        ...spec,
        facts: { compression: 'none', ...spec.facts },
        attributes: { ...ACES_ATTRIBUTES, ...spec.attributes },
      },
    ],
  })
const acesCase = (fail: readonly PolicyFacts[]): RuleCase => ({ pass: aces(), fail, other: file() })
const KEY = 'cryptomatte/1234567'
const crypto = (given: PartSpec['attributes'] = {}, spec: PartSpec = {}) =>
  part({
    channels: ['R', 'G', 'B', 'A'].map((name) => `CryptoObject00.${name} FLOAT`),
    ...spec,
    attributes: {
      [`${KEY}/name`]: ['string', 'CryptoObject'],
      [`${KEY}/hash`]: ['string', 'MurmurHash3_32'],
      [`${KEY}/conversion`]: ['string', 'uint32_to_float32'],
      ...given,
    },
  })
// 248bfa47 is mmh3.hash('hello', signed=False) of the PyPI package mmh3.
const manifest = (text: string) => crypto({ [`${KEY}/manifest`]: ['string', text] })
const cryptoStats = (values: object, component: string) =>
  crypto(
    {},
    {
      stats: { channels: [{ channel_name: `CryptoObject00.${component}`, channel_type: 'FLOAT', max: 1, ...values }] },
    },
  )
/** A Cryptomatte with what was counted of its ids, or what was seen of its side-car file. */
const cryptoFile = (spec: FileSpec, attributes: PartSpec['attributes'] = {}) => {
  const [name, hash] = [`${KEY}/name`, `${KEY}/hash`]
  const own = { [name]: ['string', 'CryptoObject'], [hash]: ['string', 'MurmurHash3_32'], ...attributes } as const
  return file({ ...spec, parts: [{ channels: ['CryptoObject00.R FLOAT'], attributes: own }] })
}
const countedIds = (values: object) => {
  const sound = { part_index: 0, layer: 'CryptoObject', source: 'cryptomatte', partial: false, manifest_names: 2 }
  return cryptoFile({ ids: [{ ...sound, ids_without_name_count: 0, ids_without_name: [], ...values }] })
}
const sidecar = (problem: string | null) =>
  cryptoFile({ sidecars: { 'f.json': problem } }, { [`${KEY}/manif_file`]: ['string', 'f.json'] })
const views = (...names: string[]) => ['stringvector', names] as const
const frameStats = (values: object, mean = {}) =>
  part({
    channels: ['R', 'G', 'B', 'A'],
    stats: {
      channels: [{ channel_name: 'R', ...mean }],
      frame: {
        layer: '',
        empty_share: 0,
        is_black: false,
        black_rectangle_count: 0,
        black_rectangles: [],
        alpha_pinhole_count: 0,
        alpha_pinholes: [],
        colour_without_alpha_count: 0,
        colour_without_alpha_window: null,
        ...values,
      },
    },
  })
const againstPlate = (values: object) => {
  const channel = { channel_name: 'R', compared: 100, over_fail: 0, count_mismatches: 0, worst: null, ...values }
  const same = { part_index_b: 0, channels_only_in_a: [], pixels_only_in_a: 0, pixels: 'same', channels: [channel] }
  const plates = new Map([['/show/plates/f.exr', { parts_only_in_a: [], parts: [same] } as unknown as FileDiff]])
  return file({ plates })
}
const rate = (numerator: number, denominator = 1) => ['rational', { numerator, denominator }] as const
const timeCode = (word: number) => ['timecode', { time_and_flags: word, user_data: 0 }] as const
const counted = (of: (index: number) => NonNullable<PartSpec['attributes']>) =>
  frames((index) => ({ parts: [{ attributes: of(index) }] }))

/** One entry a rule; a test fails when a rule has none. */
export const RULE_CASES: Readonly<Record<string, RuleCase>> = {
  'file-not-empty': {
    pass: file(),
    fail: [{ ...madeFacts(), sizeBytes: 12 }],
    other: [{ ...madeFacts(), sizeBytes: null }],
    otherState: 'not_checked',
  },
  'file-magic': {
    pass: file(),
    fail: unreadable('ERR_EXR_MAGIC'),
    other: unreadable('ERR_SOURCE_READ'),
    otherState: 'cannot_check',
  },
  'file-extension': {
    pass: file(),
    fail: named('/show/f.1001.sxr'),
    other: unreadable('ERR_SOURCE_NOT_FOUND'),
    otherState: 'cannot_check',
  },
  'file-format-version': always('unsupported-version'),
  'file-flags-known': always('unknown-version-flags'),
  'file-flags-combination': {
    pass: file({ file: { version_flags: 'tiled' } }),
    fail: file({ defects: ['bad-flag-combination'] }),
    other: file(),
  },
  'file-multipart-count': { pass: parts({}, {}), fail: file({ defects: ['single-part-list'] }), other: file() },
  'file-header-terminated': always('header-truncated'),
  'file-name-length': always('name-too-long'),
  'file-long-names-flag': {
    pass: file({ file: { version_flags: 'long_names' } }),
    fail: file({ defects: ['long-names-unneeded'] }),
    other: file(),
  },
  'file-attribute-size': always('attribute-size-mismatch'),
  'file-attribute-unique': always('duplicate-attribute'),
  'file-header-budget': {
    pass: file(),
    fail: file({ file: { header_bytes: 2_000_000 } }),
    other: unreadable('ERR_SOURCE_READ'),
    otherState: 'cannot_check',
  },
  'file-chunk-table-present': {
    pass: file(),
    fail: file({ defects: ['chunk-table-leaves-file'] }),
    other: file({ parts: [] }),
  },
  'file-chunk-table-complete': {
    pass: file(),
    fail: facts({ missing_chunks: 3, missing: { rows: [[10, 20]], truncated: false } }),
    other: facts({ missing_chunks: null }),
    otherState: 'cannot_check',
  },
  'file-chunk-table-range': always('chunk-offset-duplicate'),
  'file-truncated': { ...always('last-chunk-truncated'), other: file({ file: { is_complete: null } }) },
  'file-chunk-leaders': {
    pass: file({ file: { check_depth: 'all' } }),
    fail: file({ defects: ['chunk-leader-mismatch'] }),
    other: file(),
    otherState: 'not_checked',
  },
  'file-chunk-order': {
    pass: facts({ chunk_order: 'decreasing', line_order: 'decreasing_y' }),
    fail: facts({ chunk_order: 'random' }),
    other: facts({ chunk_order: 'random', line_order: 'random_y' }),
  },
  'file-trailing-bytes': {
    pass: file(),
    fail: file({ file: { trailing_bytes: 12 } }),
    other: file({ file: { trailing_bytes: null } }),
    otherState: 'cannot_check',
  },
  'file-decodes': {
    pass: stats({}),
    fail: part({ stats: { partial: true, missing: { chunks: 1, reasons: ['zip: bad data'] } } }),
    other: file(),
    otherState: 'not_checked',
  },
  'header-crash': {
    pass: file(),
    fail: unreadable('ERR_NATIVE_CRASH'),
    other: unreadable('ERR_SOURCE_READ'),
    otherState: 'cannot_check',
  },
  'header-required': always('missing-required-attribute'),
  'header-required-types': always('wrong-attribute-type'),
  'header-windows-valid': always('bad-window'),
  'header-pixel-aspect': always('bad-pixel-aspect-ratio'),
  'header-screen-window': always('bad-screen-window'),
  'header-line-order': always('bad-line-order'),
  'header-compression-known': {
    pass: file(),
    fail: facts({ compression: 'unknown(200)' }),
    other: facts({ compression: null }),
  },
  'header-standard-types': always('nonstandard-attribute-type'),
  'header-finite-values': {
    pass: attribute('worldToCamera', 'm44f', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]),
    fail: attribute('worldToCamera', 'm44f', [1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]),
    other: file(),
  },
  'header-deprecated': {
    pass: attribute('owner', 'string', 'us'),
    fail: attribute('lookModTransform', 'string', 'x'),
    other: file(),
  },
  'header-opaque': {
    pass: attribute('owner', 'string', 'us'),
    fail: attribute('house', 'studioBlob', { encoding: 'base64', data: 'AAAA' }),
    other: file(),
  },
  'channel-present': always('no-channels'),
  'channel-pixel-type': { pass: file(), fail: file({ defects: ['unknown-pixel-type'] }), other: channels() },
  'channel-sampling': { pass: file(), fail: file({ defects: ['bad-channel-sampling'] }), other: channels() },
  'channel-sampling-window': {
    pass: channels({ channel_name: 'BY', x_sampling: 2, y_sampling: 2 }),
    fail: file({ defects: ['sampling-window-mismatch'] }),
    other: file(),
  },
  'channel-sorted-unique': { pass: file(), fail: file({ defects: ['channels-not-sorted'] }), other: channels() },
  'channel-name-form': { pass: file(), fail: channels('diffuse..R'), other: channels() },
  'channel-name-clash': { pass: file(), fail: channels('R', 'red'), other: channels() },
  'channel-rgb-complete': { pass: file(), fail: channels('R', 'G'), other: channels('Z FLOAT') },
  'channel-layer-type': { pass: file(), fail: channels('R', 'G', 'B FLOAT'), other: channels('Z FLOAT') },
  'channel-depth-float': { pass: channels('Z FLOAT'), fail: channels('Z'), other: file() },
  'channel-id-precision': { pass: channels('objectId UINT'), fail: channels('objectId'), other: file() },
  'channel-subsampled': {
    pass: file(),
    fail: channels({ channel_name: 'BY', x_sampling: 2, y_sampling: 2 }),
    other: channels(),
  },
  'channel-data-as-rgb': { pass: channels('normal.X', 'normal.Y'), fail: channels('normal.R'), other: file() },
  'channel-plinear': { pass: file(), fail: channels({ channel_name: 'R', p_linear: true }), other: channels() },
  'channel-set': { pass: file(), fail: channels('R'), other: channels(), options: { required: ['G'] } },
  'channel-count': {
    pass: file(),
    fail: channels('a', 'b', 'c', 'd'),
    other: channels(),
    options: { max_channels: 3 },
  },
  'window-overlap': {
    pass: file(),
    fail: facts({ data_window: { min: { x: 5000, y: 0 }, max: { x: 5001, y: 9 } } }),
    other: facts({ data_window: null }),
  },
  'window-display-origin': {
    pass: file(),
    fail: facts({ display_window: { min: { x: 10, y: 0 }, max: { x: 20, y: 9 } } }),
    other: facts({ display_window: null }),
  },
  'window-data-equals-display': {
    pass: file(),
    fail: facts({ data_window: { min: { x: 1, y: 0 }, max: { x: 9, y: 9 } } }),
    other: facts({ data_window: null }),
  },
  'window-overscan': {
    pass: facts({ data_window: { min: { x: -10, y: -10 }, max: { x: 1929, y: 1089 } } }),
    fail: file(),
    other: facts({ data_window: null }),
    options: { pixels: 10 },
  },
  'window-crop-original': {
    pass: part({
      facts: { data_window: { min: { x: 1, y: 0 }, max: { x: 9, y: 9 } } },
      attributes: { originalDataWindow: ['box2i', {}] },
    }),
    fail: facts({ data_window: { min: { x: 1, y: 0 }, max: { x: 9, y: 9 } } }),
    other: file(),
  },
  'window-plausible': { pass: file(), fail: facts({ width: 100_000 }), other: facts({ width: null }) },
  'window-resolution': {
    pass: file(),
    fail: facts({ display_width: 2048 }),
    other: facts({ display_width: null }),
    options: { sizes: ['1920x1080'] },
  },
  'window-pixel-aspect': {
    pass: file(),
    fail: facts({ pixel_aspect_ratio: 2 }),
    other: facts({ pixel_aspect_ratio: null }),
  },
  'window-slack': { pass: frameStats({}), fail: frameStats({ empty_share: 0.5 }), other: stats({}) },
  'tile-description': {
    pass: part({ facts: TILED, attributes: { tiles: tiles(64) } }),
    fail: facts({ ...TILED, tile_width: null }),
    other: file(),
  },
  'tile-size': { pass: facts(TILED), fail: facts({ ...TILED, tile_width: 0 }), other: file() },
  'tile-mode': { pass: facts(TILED), fail: facts({ ...TILED, level_mode: 'unknown(7)' }), other: file() },
  'tile-in-scanline': { pass: file(), fail: part({ attributes: { tiles: tiles(64) } }), other: facts(TILED) },
  'tile-small': { pass: facts(TILED), fail: facts({ ...TILED, tile_width: 8 }), other: file() },
  'tile-for-compositing': { pass: file(), fail: facts(TILED), other: facts(DEEP) },
  'part-name': {
    pass: parts({ facts: { part_name: 'a' } }, { facts: { part_name: 'b' } }),
    fail: parts({ facts: { part_name: 'a' } }, {}),
    other: file(),
  },
  'part-type': {
    pass: parts(
      { attributes: { type: ['string', 'scanlineimage'] } },
      { attributes: { type: ['string', 'scanlineimage'] } },
    ),
    fail: file({ defects: ['unknown-part-type'] }),
    other: file(),
  },
  'part-type-flags': {
    pass: attribute('type', 'string', 'scanlineimage'),
    fail: file({ defects: ['part-type-mismatch'] }),
    other: file(),
  },
  'part-chunk-count': {
    pass: attribute('chunkCount', 'int', 68),
    fail: file({ defects: ['chunk-count-mismatch'] }),
    other: file(),
  },
  'part-shared-attributes': {
    pass: parts({ attributes: { timeCode: timeCode(1) } }, { attributes: { timeCode: timeCode(1) } }),
    fail: parts({ attributes: { timeCode: timeCode(1) } }, { attributes: { timeCode: timeCode(2) } }),
    other: file(),
  },
  'part-first-is-beauty': {
    pass: parts({}, { channels: ['Z FLOAT'] }),
    fail: parts({ channels: ['Z FLOAT'] }, {}),
    other: file(),
  },
  'part-data-windows': {
    pass: parts({}, {}),
    fail: parts({}, { facts: { data_window: { min: { x: 1, y: 1 }, max: { x: 2, y: 2 } } } }),
    other: file(),
  },
  'part-channel-prefix': {
    pass: parts({}, { channels: ['depth.Z FLOAT'] }),
    fail: parts({}, { channels: ['Z FLOAT'] }),
    other: file(),
  },
  'view-one-scheme': {
    pass: parts({ attributes: { view: ['string', 'left'] } }, { attributes: { view: ['string', 'right'] } }),
    fail: parts({ attributes: { multiView: views('left', 'right') } }, {}),
    other: file(),
  },
  'view-first-part': {
    pass: parts({ attributes: { view: ['string', 'left'] } }, {}),
    fail: parts({}, { attributes: { view: ['string', 'right'] } }),
    other: file(),
  },
  'view-name-form': {
    pass: attribute('view', 'string', 'left'),
    fail: attribute('view', 'string', 'left eye'),
    other: file(),
  },
  'view-stereo-names': {
    pass: attribute('view', 'string', 'left'),
    fail: attribute('view', 'string', 'Left'),
    other: file(),
  },
  'view-not-in-channel': {
    pass: parts({ attributes: { view: ['string', 'left'] } }, {}),
    fail: parts({ channels: ['left.R'], attributes: { view: ['string', 'left'] } }, {}),
    other: file(),
  },
  'view-default-rgba': {
    pass: part({ channels: ['R', 'right.R'], attributes: { multiView: views('left', 'right') } }),
    fail: part({ channels: ['left.R', 'right.R'], attributes: { multiView: views('left', 'right') } }),
    other: file(),
  },
  'view-layer-order': {
    pass: part({ channels: ['diffuse.right.R'], attributes: { multiView: views('left', 'right') } }),
    fail: part({ channels: ['right.diffuse.R'], attributes: { multiView: views('left', 'right') } }),
    other: file(),
  },
  'view-same-channels': {
    pass: parts({ attributes: { view: ['string', 'left'] } }, { attributes: { view: ['string', 'right'] } }),
    fail: parts(
      { attributes: { view: ['string', 'left'] } },
      { channels: ['R'], attributes: { view: ['string', 'right'] } },
    ),
    other: file(),
  },
  'view-single-file-tags': {
    pass: part({ attributes: { view: ['string', 'left'], multiView: views('left') } }),
    fail: attribute('view', 'string', 'left'),
    other: file(),
  },
  'deep-compression': { pass: deep(['Z FLOAT']), fail: deep(['Z FLOAT'], {}, { compression: 'piz' }), other: file() },
  'deep-version': {
    pass: deep(['Z FLOAT'], { version: ['int', 1] }),
    fail: deep(['Z FLOAT'], { version: ['int', 2] }),
    other: file(),
  },
  'deep-z': { pass: deep(['Z FLOAT']), fail: deep(['R']), other: file() },
  'deep-alpha': { pass: deep(['R', 'A', 'Z FLOAT']), fail: deep(['R', 'Z FLOAT']), other: file() },
  'deep-alpha-colour': { pass: deep(['AR', 'AG', 'AB']), fail: deep(['AR', 'RA']), other: deep(['A']) },
  'deep-unfinished': {
    pass: deep(['Z FLOAT']),
    fail: deep(['Z FLOAT'], { maxSamplesPerPixel: ['int', -1] }),
    other: file(),
  },
  'deep-state-declared': {
    pass: deep(['Z FLOAT'], { deepImageState: ['deepImageState', 'tidy'] }),
    fail: deep(['Z FLOAT'], { version: ['int', 1] }),
    other: file(),
  },
  'deep-id-type': { pass: deep(['id UINT']), fail: deep(['id']), other: file() },
  'deep-id-manifest': {
    pass: deep(['id UINT'], { idManifest: ['idmanifest', {}] }),
    fail: deep(['id UINT']),
    other: file(),
  },
  'deep-sample-budget': {
    pass: deepStats({ mean_samples: 1 }),
    fail: deepStats({ mean_samples: 9 }),
    other: file(),
    options: { max_mean: 5 },
  },
  'deep-state-true': {
    pass: deepStats({ keeps_declared_state: true }, { deepImageState: ['deepImageState', 'tidy'] }),
    fail: deepStats({ keeps_declared_state: false }, { deepImageState: ['deepImageState', 'tidy'] }),
    other: file(),
  },
  'deep-depth-valid': {
    pass: deepStats({ non_finite_depths: 0, negative_depths: 0 }),
    fail: deepStats({ non_finite_depths: 2, negative_depths: 0 }),
    other: file(),
  },
  'deep-alpha-range': {
    pass: deepStats({ alpha_out_of_range: 0 }),
    fail: deepStats({ alpha_out_of_range: 4 }),
    other: file(),
  },
  'deep-empty': { pass: deepStats({ sample_count: 4 }), fail: deepStats({ sample_count: 0 }), other: file() },
  'compress-allowed': { pass: file(), fail: facts({ compression: 'dwaa' }), other: facts({ compression: null }) },
  'compress-lossy-data': {
    pass: part({ facts: { compression: 'dwaa' }, channels: ['Normal.X'] }),
    fail: part({ facts: { compression: 'dwaa' }, channels: ['Normal.Y'] }),
    other: file(),
  },
  'compress-dwa-float': {
    pass: facts({ compression: 'dwaa' }),
    fail: part({ facts: { compression: 'dwaa' }, channels: ['R FLOAT'] }),
    other: file(),
  },
  'compress-dwa-level': {
    pass: part({ facts: { compression: 'dwaa' }, attributes: { dwaCompressionLevel: ['float', 45] } }),
    fail: facts({ compression: 'dwaa' }),
    other: file(),
  },
  'compress-none': { pass: file(), fail: facts({ compression: 'none' }), other: facts({ compression: null }) },
  'compress-reader-support': {
    pass: file(),
    fail: facts({ compression: 'htj2k32' }),
    other: facts({ compression: null }),
  },
  'compress-block-fit': { pass: file(), fail: facts({ compression: 'piz' }), other: facts(TILED) },
  'compress-ratio': {
    pass: file(),
    fail: file({ file: { size_bytes: 1920 * 1080 * 6 + 2000 } }),
    other: facts({ compression: 'none' }),
  },
  'compress-lj2k-early': {
    pass: part({ facts: { compression: 'lj2k' }, attributes: { openexrVersion: ['string', '3.5.2'] } }),
    fail: part({ facts: { compression: 'lj2k' }, attributes: { openexrVersion: ['string', '3.5.1'] } }),
    other: file(),
  },
  'color-identified': {
    pass: attribute('colorInteropID', 'string', 'lin_ap1_scene'),
    fail: file(),
    other: channels('Z FLOAT'),
  },
  'color-id-syntax': {
    pass: attribute('colorInteropID', 'string', 'studio:lin_x'),
    fail: attribute('colorInteropID', 'string', 'Lin AP1'),
    other: file(),
  },
  'color-id-known': {
    pass: attribute('colorInteropID', 'string', 'lin_ap1_scene'),
    fail: attribute('colorInteropID', 'string', 'lin_ap9'),
    other: file(),
  },
  'color-id-conflict': {
    pass: part({ attributes: { colorInteropID: ['string', 'lin_ap0_scene'], chromaticities: chromaticities(AP0) } }),
    fail: part({ attributes: { colorInteropID: ['string', 'lin_ap1_scene'], chromaticities: chromaticities(AP0) } }),
    other: file(),
  },
  'color-id-redundant': {
    pass: attribute('colorInteropID', 'string', 'lin_ap0_scene'),
    fail: part({ attributes: { colorInteropID: ['string', 'lin_ap0_scene'], chromaticities: chromaticities(AP0) } }),
    other: file(),
  },
  'color-id-parts': {
    pass: parts({ attributes: { colorInteropID: ['string', 'lin_ap1_scene'] } }, {}),
    fail: parts({}, { attributes: { colorInteropID: ['string', 'data'] } }),
    other: file(),
  },
  'color-id-late-part': {
    pass: parts({}, { attributes: { colorInteropID: ['string', 'data'] } }),
    fail: parts({}, { attributes: { colorInteropID: ['string', 'lin_ap1_scene'] } }),
    other: file(),
  },
  'color-aces-conflict': {
    pass: aces(),
    fail: aces({ attributes: { chromaticities: chromaticities(REC709) } }),
    other: file(),
  },
  'color-chromaticities-sane': {
    pass: part({ attributes: { chromaticities: chromaticities(AP0) } }),
    fail: part({ attributes: { chromaticities: chromaticities({ ...AP0, white: [0.9, 0.9] }) } }),
    other: file(),
  },
  'color-stale-default': {
    pass: part({ attributes: { chromaticities: chromaticities(REC709) } }),
    fail: part({ attributes: { chromaticities: chromaticities(REC709), colorspace: ['string', 'ACEScg'] } }),
    other: file(),
  },
  'color-vendor-conflict': {
    pass: part({ attributes: { colorspace: ['string', 'ACES2065-1'], chromaticities: chromaticities(AP0) } }),
    fail: part({ attributes: { colorspace: ['string', 'ACEScg'], chromaticities: chromaticities(AP0) } }),
    other: file(),
  },
  'color-expected': {
    pass: attribute('colorInteropID', 'string', 'lin_ap1_scene'),
    fail: file(),
    other: channels('Z FLOAT'),
    options: { space: 'lin_ap1_scene' },
  },
  'color-scene-linear': {
    pass: attribute('colorInteropID', 'string', 'lin_ap1_scene'),
    fail: attribute('colorInteropID', 'string', 'srgb_rec709_display'),
    other: file(),
  },
  'color-adopted-neutral': {
    pass: aces({ attributes: { adoptedNeutral: ['v2f', [0.32168, 0.33767]] } }),
    fail: aces({ attributes: { adoptedNeutral: ['v2f', [0.3, 0.3]] } }),
    other: file(),
  },
  'aces-flag': acesCase(aces({ attributes: { acesImageContainerFlag: ['int', 2] } })),
  'aces-version-word': acesCase(aces({}, { version_flags: 'tiled' })),
  'aces-scanline': acesCase(aces({ facts: { part_type: 'tiledimage' } })),
  'aces-channels': acesCase(aces({ channels: ['B', 'G', 'R', 'Z'] })),
  'aces-half': acesCase(aces({ channels: ['B FLOAT', 'G', 'R'] })),
  'aces-uncompressed': acesCase(aces({ facts: { compression: 'zip' } })),
  'aces-chromaticities': acesCase(aces({ attributes: { chromaticities: chromaticities(REC709) } })),
  'aces-line-order': acesCase(aces({ facts: { line_order: 'random_y' } })),
  'aces-no-empty-strings': acesCase(aces({ attributes: { owner: ['string', ''] } })),
  'aces-near-miss': { pass: aces(), fail: aces({ facts: { compression: 'zip' } }), other: file() },
  'meta-utf8': {
    pass: attribute('owner', 'string', 'us'),
    fail: attribute('owner', 'string', { encoding: 'base64', data: '/w==' }),
    other: file(),
  },
  'meta-empty': {
    pass: attribute('cameraMake', 'string', 'x'),
    fail: attribute('cameraMake', 'string', ''),
    other: file(),
  },
  'meta-capdate': {
    pass: attribute('capDate', 'string', '2024:02:29 12:00:00'),
    fail: attribute('capDate', 'string', '2023:02:29 12:00:00'),
    other: file(),
  },
  'meta-rates': {
    pass: part({ attributes: { framesPerSecond: rate(24) } }),
    fail: part({ attributes: { framesPerSecond: rate(24, 0) } }),
    other: file(),
  },
  'meta-timecode': {
    pass: part({ attributes: { timeCode: timeCode(0x10203004) } }),
    // Hour 25; frame 0 of minute 1, which drop-frame counting leaves out.
    fail: [0x25000000, 0x00010040].flatMap((bits) => part({ attributes: { timeCode: timeCode(bits) } })),
    other: file(),
  },
  'meta-keycode': {
    pass: attribute('keyCode', 'keycode', {
      film_mfc_code: 1,
      film_type: 2,
      prefix: 3,
      count: 4,
      perf_offset: 5,
      perfs_per_frame: 4,
      perfs_per_count: 64,
    }),
    fail: attribute('keyCode', 'keycode', {
      film_mfc_code: 100,
      film_type: 2,
      prefix: 3,
      count: 4,
      perf_offset: 5,
      perfs_per_frame: 4,
      perfs_per_count: 64,
    }),
    other: file(),
  },
  'meta-optics': { pass: attribute('aperture', 'float', 2.8), fail: attribute('aperture', 'float', 0), other: file() },
  'meta-position': {
    pass: attribute('latitude', 'float', 52),
    fail: attribute('latitude', 'float', 95),
    other: file(),
  },
  'meta-envmap': {
    pass: part({ facts: { width: 2048, height: 1024 }, attributes: { envmap: ['envmap', 'latlong'] } }),
    fail: attribute('envmap', 'envmap', 'cube'),
    other: file(),
  },
  'meta-long-string': {
    pass: attribute('comments', 'string', 'x'),
    fail: attribute('comments', 'string', 'x'.repeat(9000)),
    other: file(),
  },
  'meta-preview': {
    pass: attribute('preview', 'preview', { width: 1, height: 1, data: 'AAAAAA==' }),
    fail: attribute('preview', 'preview', { width: 2, height: 1, data: 'AAAAAA==' }),
    other: file(),
  },
  'meta-required': {
    pass: attribute('owner', 'string', 'studio x'),
    fail: attribute('owner', 'string', 'someone'),
    other: file({ parts: [] }),
    options: { attributes: { owner: { type: 'string', pattern: '^studio' } } },
  },
  'meta-private': {
    pass: attribute('comments', 'string', 'x'),
    fail: attribute('comments', 'string', '/home/me/x.ma'),
    other: file(),
  },
  'crypto-metadata': { pass: crypto(), fail: channels('CryptoObject00.R FLOAT'), other: file() },
  'crypto-hash': { pass: crypto(), fail: crypto({ [`${KEY}/hash`]: ['string', 'MD5'] }), other: file() },
  'crypto-key-length': {
    pass: crypto(),
    fail: crypto({ 'cryptomatte/12345678/name': ['string', 'x'] }),
    other: file(),
  },
  'crypto-layers': { pass: crypto(), fail: crypto({}, { channels: ['CryptoObject01.R FLOAT'] }), other: file() },
  'crypto-float32': { pass: crypto(), fail: crypto({}, { channels: ['CryptoObject00.R'] }), other: file() },
  'crypto-lossless': { pass: crypto(), fail: crypto({}, { facts: { compression: 'pxr24' } }), other: file() },
  'crypto-manifest-json': { pass: manifest('{"a":"0123abcd"}'), fail: manifest('{"a":"0123ab'), other: crypto() },
  'crypto-manifest-hash': {
    pass: manifest('{"hello":"248bfa47"}'),
    fail: manifest('{"hello":"00000001"}'),
    other: crypto(),
  },
  'crypto-collision': {
    pass: manifest('{"a":"0123abcd","b":"0123abce"}'),
    fail: manifest('{"a":"0123abcd","b":"0123abcd"}'),
    other: crypto(),
  },
  'crypto-manifest-size': {
    pass: manifest('{"a":"0123abcd"}'),
    fail: manifest('{"a":"0123abcd","b":"0123abce"}'),
    other: crypto(),
    options: { max_entries: 1 },
  },
  'crypto-sidecar': { pass: sidecar(null), fail: sidecar('there is no such file'), other: crypto() },
  'crypto-ids-listed': {
    pass: countedIds({}),
    fail: countedIds({ ids_without_name_count: 1, ids_without_name: ['0000beef'] }),
    other: countedIds({ manifest_names: null }),
  },
  'crypto-id-values': { pass: cryptoStats({}, 'R'), fail: cryptoStats({ nan_count: 1 }, 'R'), other: file() },
  'crypto-coverage': { pass: cryptoStats({}, 'G'), fail: cryptoStats({ max: 3 }, 'G'), other: file() },
  'crypto-stable': {
    pass: frames(() => ({ parts: [{ attributes: { [`${KEY}/name`]: ['string', 'x'] } }] })),
    fail: odd(
      { parts: [{ attributes: { [`${KEY}/name`]: ['string', 'x'] } }] },
      { parts: [{ attributes: { [`${KEY}/name`]: ['string', 'y'] } }] },
    ),
    other: same(),
  },
  'seq-missing': { pass: same(), fail: odd({}, { path: '/show/f.1009.exr' }), other: file() },
  'seq-expected-range': {
    pass: same(),
    fail: frames(() => ({}), 3),
    other: alone,
    options: { first: 1001, last: 1005 },
  },
  'seq-padding': { pass: same(), fail: [...named('/s/f.1.exr'), ...named('/s/f.02.exr')], other: file() },
  'seq-duplicate-number': { pass: same(), fail: [...named('/s/f.1.exr'), ...named('/s/f.01.exr')], other: file() },
  'seq-size-outlier': { pass: same(), fail: odd({}, { file: { size_bytes: 5000 } }), other: file() },
  'seq-channels': { pass: same(), fail: odd({}, { parts: [{ channels: ['R'] }] }), other: file() },
  'seq-windows': {
    pass: same(),
    fail: odd({}, { parts: [{ facts: { display_window: { min: { x: 0, y: 0 }, max: { x: 1, y: 1 } } } }] }),
    other: file(),
  },
  'seq-header-constant': { pass: same(), fail: odd({}, { parts: [{ facts: { compression: 'piz' } }] }), other: file() },
  'seq-frame-rate': {
    pass: counted(() => ({ framesPerSecond: rate(24) })),
    fail: counted((index) => ({ framesPerSecond: rate(index === 4 ? 25 : 24) })),
    other: file(),
  },
  'seq-timecode': {
    pass: counted((index) => ({ timeCode: timeCode(index), framesPerSecond: rate(24) })),
    fail: counted((index) => ({ timeCode: timeCode(index === 4 ? 9 : index), framesPerSecond: rate(24) })),
    other: same(),
  },
  'seq-image-counter': {
    pass: counted((index) => ({ imageCounter: ['int', index] })),
    fail: counted(() => ({ imageCounter: ['int', 7] })),
    other: same(),
  },
  'seq-number-in-metadata': {
    pass: counted((index) => ({ frame: ['int', 1001 + index] })),
    fail: counted(() => ({ frame: ['int', 1001] })),
    other: same(),
  },
  'seq-mixed-renders': {
    pass: same({ parts: [{ facts: { render_software: 'arnold' } }] }),
    fail: odd(
      { parts: [{ facts: { render_software: 'arnold' } }] },
      { parts: [{ facts: { render_software: 'karma' } }] },
    ),
    other: same(),
  },
  'seq-frozen': {
    pass: frames((index) => ({ hash: `${index}` })),
    fail: same({ hash: 'x' }),
    other: same(),
    otherState: 'not_checked',
  },
  'seq-outlier-frame': {
    pass: frames((index) => ({ parts: [{ stats: { channels: [{ channel_name: 'R', mean: 0.5 + index * 0.01 }] } }] })),
    fail: frames((index) => ({
      parts: [{ stats: { channels: [{ channel_name: 'R', mean: index === 4 ? 50 : 0.5 + index * 0.01 }] } }],
    })),
    other: same(),
    otherState: 'not_checked',
  },
  'deliver-name-characters': {
    pass: file(),
    fail: named('/show/my file.exr'),
    other: unreadable('ERR_SOURCE_NOT_FOUND'),
    otherState: 'cannot_check',
  },
  'deliver-name-pattern': {
    pass: file(),
    fail: named('/show/g.exr'),
    other: unreadable('ERR_SOURCE_NOT_FOUND'),
    otherState: 'cannot_check',
    options: { pattern: 'f.{frame}.exr' },
  },
  'deliver-folder-resolution': {
    pass: named('/show/1920x1080/f.exr'),
    fail: named('/show/2048x1080/f.exr'),
    other: file(),
  },
  'deliver-min-width': { pass: facts({ display_width: 4096 }), fail: file(), other: facts({ display_width: null }) },
  'deliver-half': { pass: file(), fail: channels('R FLOAT'), other: channels('Z FLOAT', 'CryptoObject00.R FLOAT') },
  'deliver-archive-uncompressed': { pass: facts({ compression: 'none' }), fail: file(), other: channels() },
  'deliver-plate-unchanged': {
    options: { plate: 'plates/f.exr' },
    pass: againstPlate({}),
    fail: againstPlate({ over_fail: 2, worst: { x: 3, y: 4, a: 0.5, b: 1 } }),
    other: file(),
    otherState: 'not_checked',
  },
  'pixel-nan': { pass: stats({}), fail: stats({ nan_count: 2 }), other: file(), otherState: 'not_checked' },
  'pixel-infinite': { pass: stats({}), fail: stats({ pos_inf_count: 2 }), other: file(), otherState: 'not_checked' },
  'pixel-half-overflow': {
    pass: stats({}),
    fail: stats({ half_limit_count: 2 }),
    other: stats({ channel_type: 'FLOAT' }),
  },
  'pixel-negative': {
    pass: stats({}),
    fail: stats({ negative_count: 50 }),
    other: stats({ negative_count: 50 }, ['CryptoObject00.R FLOAT']),
  },
  'pixel-alpha-range': {
    pass: stats({ max: 1 }, ['A']),
    fail: stats({ max: 2 }, ['A']),
    other: stats({ max: 2 }, ['CryptoObject00.A FLOAT']),
  },
  'pixel-alpha-pinholes': {
    pass: frameStats({}),
    fail: frameStats({ alpha_pinhole_count: 2 }),
    other: frameStats({ alpha_pinhole_count: null }),
  },
  'pixel-black-tile': {
    pass: frameStats({}),
    fail: frameStats({ black_rectangles: [{ x: 0, y: 0, width: 64, height: 64, bucket: 64 }] }),
    other: stats({}),
  },
  'pixel-constant-frame': { pass: stats({}), fail: stats({ is_constant: true }), other: stats({}, ['Z']) },
  'pixel-empty-channel': {
    pass: stats({}),
    fail: stats({ zero_count: 100 }),
    other: part({ stats: { channels: [] } }),
  },
  'pixel-clipped': { pass: stats({}), fail: stats({ max: 1 }), other: stats({}, ['Z']) },
  'pixel-premultiplied': {
    pass: frameStats({}),
    fail: frameStats({
      colour_without_alpha_count: 2,
      colour_without_alpha_window: { min: { x: 3, y: 4 }, max: { x: 9, y: 4 } },
    }),
    other: frameStats({ colour_without_alpha_count: null }),
  },
}
