import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { UserConsoleLog } from 'vitest'
import type { Reporter, TestModule, Vitest } from 'vitest/node'

/**
 * Says at the end which tests were skipped and why, a line a file, and writes three numbers (passed, failed, skipped) to
 * the file that EXR_TEST_COUNTS names. A test file says why with `console.warn('SKIPPED: ...')` where it decides.
 */
export default class CountReporter implements Reporter {
  #vitest: Vitest | null = null
  readonly #reasons = new Map<string, Set<string>>()

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  onUserConsoleLog({ content, taskId }: UserConsoleLog): void {
    const file = taskId === undefined ? undefined : this.#vitest?.state.idMap.get(taskId)?.file.filepath
    for (const [, reason = ''] of content.matchAll(/^SKIPPED: (.*)$/gim)) {
      const reasons = this.#reasons.get(file ?? '') ?? new Set()
      this.#reasons.set(file ?? '', reasons.add(reason.trim()))
    }
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    let [passed, failed, skipped] = [0, 0, 0]
    const lines: string[] = []
    for (const module of modules) {
      const states = [...module.children.allTests()].map((test) => test.result().state)
      const count = (state: string) => states.filter((each) => each === state).length
      const notRun = count('skipped')
      passed += count('passed')
      skipped += notRun
      failed += Math.max(count('failed'), module.state() === 'failed' ? 1 : 0)
      if (notRun > 0)
        lines.push(`skipped ${notRun} in ${relative(process.cwd(), module.moduleId)}: ${this.#why(module)}`)
    }
    if (lines.length > 0) console.log(`\nSkipped tests and why:\n${lines.map((line) => `  ${line}`).join('\n')}`)
    const counts = process.env['EXR_TEST_COUNTS']
    if (counts !== undefined) writeFileSync(counts, `${passed} ${failed} ${skipped}\n`)
  }

  #why(module: TestModule): string {
    const reasons = [...(this.#reasons.get(module.moduleId) ?? [])]
    return reasons.length === 0 ? 'no reason given' : reasons.join(' ')
  }
}
