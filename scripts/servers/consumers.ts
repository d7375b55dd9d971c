import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Admin, Consumer } from '@platformatic/kafka'
import { projectRoot } from '../../test/paths.ts'

/** A consumer in a process of its own. */
export class Member {
  readonly #child: ChildProcess
  readonly #ended: Promise<number | null>
  #said = ''

  constructor(args: readonly string[], env: NodeJS.ProcessEnv) {
    const command = [`${projectRoot}/dist/cli/main.js`, 'consume', ...args]
    this.#child = spawn(process.execPath, command, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#ended = new Promise((resolve) => this.#child.once('exit', resolve))
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#said = (this.#said + chunk.toString()).slice(-20_000)
      })
    }
  }

  /** What it has printed, the end of it. */
  get said(): string {
    return this.#said
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Resident memory in MiB; 0 once it has ended. */
  get memoryMib(): number {
    try {
      const [, kib] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${this.#child.pid}/status`, 'utf8')) ?? []
      return Math.round(Number(kib ?? 0) / 1024)
    } catch {
      return 0
    }
  }

  /** `kill -9`, or a wish to stop. Resolves with the exit code. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    this.#child.kill(signal)
    return this.#ended
  }

  /** Resolves with the exit code once it ends by itself. */
  ended(): Promise<number | null> {
    return this.#ended
  }
}

const client = (broker: string) => ({ clientId: 'test', bootstrapBrokers: [broker] })

/** Makes topics of so many partitions. */
export async function makeTopics(broker: string, names: readonly string[], partitions: number): Promise<void> {
  const admin = new Admin({ ...client(broker), retries: 20, retryDelay: 500 })
  await admin.createTopics({ topics: [...names], partitions, replicas: 1 })
  await admin.close()
}

/** Messages of a topic that a group has not told to be done. */
export async function lagOf(broker: string, topic: string, group: string): Promise<number> {
  const consumer = new Consumer({ ...client(broker), groupId: group })
  try {
    const ends = (await consumer.listOffsets({ topics: [topic] })).get(topic) ?? []
    const partitions = ends.map((_, partition) => partition)
    const done = (await consumer.listCommittedOffsets({ topics: [{ topic, partitions }] })).get(topic) ?? []
    return ends.reduce((sum, end, partition) => sum + Number(end - (done[partition]! < 0n ? 0n : done[partition]!)), 0)
  } finally {
    await consumer.close(true)
  }
}
