import { expect, it } from 'vitest'
import { FileView } from '../../src/policy/file-view.ts'
import { RULES } from '../../src/policy/index.ts'
import { withDefaults } from '../../src/policy/options.ts'
import { madeFacts } from './make-facts.ts'

/** A view whose parts count how often their attributes are asked for. */
function countingView(partCount: number): { readonly view: FileView; readonly asked: () => number } {
  let asked = 0
  class Counted<K, V> extends Map<K, V> {
    override get(key: K): V | undefined {
      asked += 1
      return super.get(key)
    }
    override has(key: K): boolean {
      asked += 1
      return super.has(key)
    }
  }
  const attributes = { view: ['string', 'left'], multiView: ['stringvector', ['left']] } as const
  const view = new FileView(madeFacts({ parts: Array.from({ length: partCount }, () => ({ attributes })) }))
  const parts = view.parts.map((part) => ({ ...part, attributes: new Counted(part.attributes) }))
  return { view: Object.assign(view, { parts }), asked: () => asked }
}

it.each([...RULES.values()].flatMap((rule) => ('check' in rule ? [[rule.id, rule] as const] : [])))(
  '%s asks no more of each part when a file has many',
  (_, rule) => {
    const askedOf = (partCount: number) => {
      const { view, asked } = countingView(partCount)
      try {
        rule.check(view, withDefaults(rule.options ?? {}, {}))
      } catch {
        // Rules whose facts are not there.
      }
      return asked() / partCount
    }
    expect(askedOf(400)).toBeLessThanOrEqual(2 * askedOf(40) + 4)
  },
)
