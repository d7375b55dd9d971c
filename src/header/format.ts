/** First four bytes of every file, as a little-endian number. */
export const MAGIC = 20000630
/** Longest name of an attribute, type or channel, in bytes without the NUL. */
export const SHORT_NAME = 31
/** The same with the long names flag. */
export const LONG_NAME = 255

/** Words of the one-byte enumerations, by stored number. */
export const ENUM_WORDS: Readonly<Record<string, readonly string[]>> = {
  compression: [
    'none',
    'rle',
    'zips',
    'zip',
    'piz',
    'pxr24',
    'b44',
    'b44a',
    'dwaa',
    'dwab',
    'htj2k256',
    'htj2k32',
    'lj2k',
    'zstd',
  ],
  lineOrder: ['increasing_y', 'decreasing_y', 'random_y'],
  envmap: ['latlong', 'cube'],
  deepImageState: ['messy', 'sorted', 'non_overlapping', 'tidy'],
}

/**
 * Scan lines in one chunk, by compression number; undefined for numbers the format does not define. OpenEXR 3.5.3 adds
 * 12 (lossy HTJ2K) and 13 (zstd).
 */
export const LINES_PER_CHUNK: readonly number[] = [1, 1, 1, 16, 32, 16, 32, 32, 32, 256, 256, 32, 256, 1]

export const PIXEL_TYPES = ['UINT', 'HALF', 'FLOAT'] as const
export const LEVEL_MODES = ['one_level', 'mipmap_levels', 'ripmap_levels'] as const
export const ROUNDING_MODES = ['round_down', 'round_up'] as const

/** Required in every part, with their types. */
export const REQUIRED_ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ['channels', 'chlist'],
  ['compression', 'compression'],
  ['dataWindow', 'box2i'],
  ['displayWindow', 'box2i'],
  ['lineOrder', 'lineOrder'],
  ['pixelAspectRatio', 'float'],
  ['screenWindowCenter', 'v2f'],
  ['screenWindowWidth', 'float'],
])

/** Required only in tiled, multi-part or deep files; where they appear, this is their type. */
export const STRUCTURAL_ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ['tiles', 'tiledesc'],
  ['name', 'string'],
  ['type', 'string'],
  ['version', 'int'],
  ['chunkCount', 'int'],
])

/** Optional attributes whose name has one defined type (OpenEXR "Standard optional attributes"). */
export const STANDARD_ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ['view', 'string'],
  ['multiView', 'stringvector'],
  ['preview', 'preview'],
  ['chromaticities', 'chromaticities'],
  ['whiteLuminance', 'float'],
  ['adoptedNeutral', 'v2f'],
  ['renderingTransform', 'string'],
  ['lookModTransform', 'string'],
  ['colorInteropID', 'string'],
  ['xDensity', 'float'],
  ['owner', 'string'],
  ['comments', 'string'],
  ['capDate', 'string'],
  ['utcOffset', 'float'],
  ['longitude', 'float'],
  ['latitude', 'float'],
  ['altitude', 'float'],
  ['focus', 'float'],
  ['expTime', 'float'],
  ['aperture', 'float'],
  ['isoSpeed', 'float'],
  ['envmap', 'envmap'],
  ['keyCode', 'keycode'],
  ['timeCode', 'timecode'],
  ['wrapmodes', 'string'],
  ['framesPerSecond', 'rational'],
  ['worldToCamera', 'm44f'],
  ['worldToNDC', 'm44f'],
  ['deepImageState', 'deepImageState'],
  ['originalDataWindow', 'box2i'],
  ['dwaCompressionLevel', 'float'],
  ['idManifest', 'idmanifest'],
  ['reelName', 'string'],
  ['imageCounter', 'int'],
  ['ascFramingDecisionList', 'string'],
  ['cameraMake', 'string'],
  ['cameraModel', 'string'],
  ['cameraSerialNumber', 'string'],
  ['cameraFirmwareVersion', 'string'],
  ['cameraUuid', 'string'],
  ['cameraLabel', 'string'],
  ['cameraCCTSetting', 'float'],
  ['cameraTintSetting', 'float'],
  ['cameraColorBalance', 'v2f'],
  ['lensMake', 'string'],
  ['lensModel', 'string'],
  ['lensSerialNumber', 'string'],
  ['lensFirmwareVersion', 'string'],
  ['nominalFocalLength', 'float'],
  ['pinholeFocalLength', 'float'],
  ['effectiveFocalLength', 'float'],
  ['entrancePupilOffset', 'float'],
  ['tStop', 'float'],
  ['shutterAngle', 'float'],
  ['sensorCenterOffset', 'v2f'],
  ['sensorOverallDimensions', 'v2f'],
  ['sensorPhotositePitch', 'float'],
  ['sensorAcquisitionRectangle', 'box2i'],
])

/** Every value of the `type` attribute that the format knows. */
export const STORAGE_TYPES = ['scanlineimage', 'tiledimage', 'deepscanline', 'deeptile'] as const

/** How a part's chunks are laid out: the values the `type` attribute may have. */
export type StorageType = (typeof STORAGE_TYPES)[number]
