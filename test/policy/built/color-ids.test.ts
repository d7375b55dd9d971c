import { expect, it } from 'vitest'
import { INTEROP_IDS } from '../../../src/policy/rules/color-spaces.ts'
import { pythonWith, runPython } from '../../python-env.ts'

/** OpenColorIO, whose built-in configs state the interop id of each colour space. */
const python = pythonWith('opencolorio==2.6.0')

const LIST_IDS = `
import json
import PyOpenColorIO as ocio

ids = set()
for config in ocio.BuiltinConfigRegistry().getBuiltinConfigs():
    config = ocio.Config.CreateFromBuiltinConfig(config[0])
    for space in config.getColorSpaces(ocio.SEARCH_REFERENCE_SPACE_ALL, ocio.COLORSPACE_ALL):
        ids.add(space.getInteropID())
print(json.dumps(sorted(ids - {""})))
`

it.skipIf(python === null)('knows every id without a namespace that OpenColorIO states', () => {
  const stated = JSON.parse(runPython(python!, LIST_IDS, '')) as string[]
  const published = stated.filter((id) => !id.includes(':'))
  expect(published.length).toBeGreaterThan(20)
  expect(published.filter((id) => !INTEROP_IDS.includes(id))).toEqual([])
})
