import type { Payload } from '../../inspect/payload.ts'
import type { Needs, PlateWish, Policy, PolicyFacts } from '../../policy/index.ts'
import type { S3Settings } from '../../source/s3-settings.ts'

/** Facts of what lies beside files: side-car manifests, plates. */
interface Beside {
  /** How many files may be asked about at a time. */
  readonly window: number
  read(payload: Payload, location: string): Promise<Pick<PolicyFacts, 'sidecars' | 'plates'>>
  /** May be called twice. */
  close(): Promise<void>
}

/** Opens what the rules of a policy need beside the files themselves; plates are compared in child processes. */
export async function openBeside(
  policy: Policy,
  { sidecars, plates }: Needs,
  { jobs, s3 }: { readonly jobs: number; readonly s3: S3Settings },
): Promise<Beside> {
  const manifests = sidecars ? await import('../../tasks/sidecars.ts') : null
  const comparing = plates ? await openPlates(policy, jobs, s3) : null
  return {
    window: comparing === null ? 1 : jobs,
    async read(payload, location) {
      const manifestsFound = await manifests?.readSidecars(payload)
      const platesFound = await comparing?.read(payload, location)
      return { ...(manifestsFound && { sidecars: manifestsFound }), ...(platesFound && { plates: platesFound }) }
    },
    close: async () => comparing?.close(),
  }
}

async function openPlates(policy: Policy, jobs: number, s3: S3Settings) {
  const [{ openPixelPool }, { plateDiff, readPlates }] = await Promise.all([
    import('../../tasks/pixel-pool.ts'),
    import('../../tasks/plates.ts'),
  ])
  const pool = openPixelPool({ jobs, s3 })
  const compare = async (file: string, wish: PlateWish) => {
    const task = { kind: 'diff', location: wish.plate, other: file, options: plateDiff(wish), output: null } as const
    return (await pool.ask(task)).diff
  }
  return {
    read: (payload: Payload, location: string) => readPlates(payload, policy, (wish) => compare(location, wish)),
    close: () => pool.close(),
  }
}

/** What an inspection has to look at in the pixels. */
export function pixelWish({ tier, deepStats, hash }: Needs) {
  return { stats: tier === 'pixels' || tier === 'chunks', deepStats, hash }
}
