/** A fact that renderers and other writers keep under names of their own. */
export type WriterFact = 'software' | 'version' | 'seconds' | 'memory' | 'host' | 'camera'

/** One attribute that tells a fact. */
export interface Evidence {
  /** Attribute name in lower case; `*` stands for one word between dots. */
  readonly name: string
  readonly fact: WriterFact
  /** The writer whose attribute this is; for `software`, put in place of a bare version. */
  readonly program?: string
  /** Bytes in one unit of a memory number that has no unit of its own. */
  readonly unit?: number
  /** The attribute is a JSON text, and this the path of keys to the value. */
  readonly keys?: readonly string[]
}

const MEBI = 1024 * 1024

/**
 * Every known attribute, the best evidence of each fact first. A new writer is a few lines here. Where names come from:
 * V-Ray, Arnold, Katana and mental ray: headers of published renders; Arnold's statistics: its release notes; Redshift:
 * the page "EXR Metadata" of its manual; Blender and Cycles: their source (stamp data); Karma: headers of husk, whose
 * `husk:render_stats` is JSON; Nuke: published files. Names said to be unconfirmed are what users of the writer report:
 * no public file or document with them was found, and under a writer's own prefix they can name no other.
 */
export const EVIDENCE: readonly Evidence[] = [
  // Named by the writer itself, whoever it is.
  { name: 'software', fact: 'software' },
  { name: 'writer', fact: 'software' },
  { name: 'renderer', fact: 'software' },
  { name: 'generator', fact: 'software' },
  { name: 'creator', fact: 'software' },
  { name: 'generatedby', fact: 'software' },
  { name: 'filecreatedby', fact: 'software' },
  { name: 'rendererinfo', fact: 'software' },
  { name: 'spi:renderer', fact: 'software' },
  { name: 'exif:software', fact: 'software' },
  // Versions in a writer's own attributes.
  { name: 'arnold/version', fact: 'version', program: 'Arnold' },
  { name: 'ai:version', fact: 'version', program: 'Arnold' },
  { name: 'prman/version', fact: 'version', program: 'RenderMan' },
  { name: 'renderman/version', fact: 'version', program: 'RenderMan' },
  // `vrayversion` is a sentence: "Version of V-Ray for Maya Next".
  { name: 'vrayinfo/vraycore', fact: 'version', program: 'V-Ray' },
  { name: 'vrayinfo/vrayversion', fact: 'version', program: 'V-Ray' },
  { name: 'rs/version', fact: 'version', program: 'Redshift' },
  { name: 'nuke/version', fact: 'version', program: 'Nuke' },
  // Unconfirmed.
  { name: 'redshift/version', fact: 'version', program: 'Redshift' },
  { name: 'guerilla/version', fact: 'version', program: 'Guerilla' },
  { name: 'karma/version', fact: 'version', program: 'Karma' },
  { name: 'karma:version', fact: 'version', program: 'Karma' },
  { name: 'mantra/version', fact: 'version', program: 'Mantra' },
  { name: 'houdini/version', fact: 'version', program: 'Houdini' },
  { name: 'corona/version', fact: 'version', program: 'Corona' },
  { name: 'fusion/version', fact: 'version', program: 'Fusion' },

  { name: 'rendertime', fact: 'seconds' },
  { name: 'vrayinfo/rendertime', fact: 'seconds' },
  { name: 'husk:render_stats', fact: 'seconds', keys: ['system_time', 'wallclock'] },
  { name: 'cycles.*.total_time', fact: 'seconds' },
  { name: 'cycles.*.render_time', fact: 'seconds' },
  // Unconfirmed.
  { name: 'render_time', fact: 'seconds' },
  { name: 'arnold/stats/time', fact: 'seconds' },
  { name: 'arnold/rendertime', fact: 'seconds' },
  { name: 'karma/rendertime', fact: 'seconds' },
  { name: 'karma:rendertime', fact: 'seconds' },
  { name: 'husk:render_time', fact: 'seconds' },
  { name: 'renderman/rendertime', fact: 'seconds' },
  { name: 'prman/rendertime', fact: 'seconds' },
  { name: 'rs/rendertime', fact: 'seconds' },
  { name: 'redshift/rendertime', fact: 'seconds' },
  { name: 'guerilla/rendertime', fact: 'seconds' },

  // Arnold and Blender's stamp count in mebibytes.
  { name: 'arnold/stats/memory/peak', fact: 'memory', unit: MEBI },
  { name: 'vrayinfo/peakmemory', fact: 'memory' },
  { name: 'husk:render_stats', fact: 'memory', keys: ['system_memory', 'peak'], unit: 1 },
  { name: 'memory', fact: 'memory', unit: MEBI },
  // Unconfirmed.
  { name: 'arnold/stats/memory', fact: 'memory' },
  { name: 'karma/memory', fact: 'memory' },
  { name: 'karma:memory', fact: 'memory' },
  { name: 'renderman/memory', fact: 'memory' },
  { name: 'redshift/memory', fact: 'memory' },
  { name: 'guerilla/memory', fact: 'memory' },

  // Houdini writes "host - processor".
  { name: 'hostcomputer', fact: 'host' },
  { name: 'hostname', fact: 'host' },
  { name: 'vrayinfo/computername', fact: 'host' },
  { name: 'rs/hostname', fact: 'host' },
  // Unconfirmed.
  { name: 'render_host', fact: 'host' },
  { name: 'renderhost', fact: 'host' },
  { name: 'arnold/host/name', fact: 'host' },
  { name: 'karma/host', fact: 'host' },
  { name: 'renderman/host', fact: 'host' },
  { name: 'redshift/host', fact: 'host' },
  { name: 'guerilla/host', fact: 'host' },

  { name: 'cameraname', fact: 'camera' },
  { name: 'camera', fact: 'camera' },
  { name: 'vrayinfo/camera', fact: 'camera' },
  { name: 'camerainfo', fact: 'camera' },
  // Unconfirmed.
  { name: 'arnold/camera', fact: 'camera' },
  { name: 'karma/camera', fact: 'camera' },
  { name: 'karma:camera', fact: 'camera' },
  { name: 'renderman/camera', fact: 'camera' },
  { name: 'redshift/camera', fact: 'camera' },
  { name: 'guerilla/camera', fact: 'camera' },
]

/** Beginnings of names that only one writer uses: they name it without a version. In lower case. */
export const PREFIXES: readonly (readonly [prefix: string, program: string])[] = [
  ['arnold/', 'Arnold'],
  ['vrayinfo/', 'V-Ray'],
  ['renderman/', 'RenderMan'],
  ['prman/', 'RenderMan'],
  ['rs/', 'Redshift'],
  ['redshift/', 'Redshift'],
  ['guerilla/', 'Guerilla'],
  ['karma', 'Karma'],
  ['husk:', 'Karma'],
  ['corona/', 'Corona'],
  // Blender's marker "Blender V2.55.1 and newer" says which layout of layers is used, not which release wrote it.
  ['blendermultichannel', 'Blender'],
  ['cycles.', 'Blender'],
  ['nuke/', 'Nuke'],
]
