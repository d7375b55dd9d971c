import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { javaProgram, mavenFolder } from './java.ts'
import { freePort, type RunningServer, startServer } from './process.ts'

/** What starts a broker. */
export interface KafkaProgram {
  readonly java: string
  readonly classPath: string
}

/** Apache Kafka, kept in `.cache`. Null, with the reason printed, where Java or Maven's artifacts are not to be had. */
export function kafkaProgram(): KafkaProgram | null {
  const java = javaProgram()
  if (java === null) return null
  const folder = mavenFolder('kafka-4.1.1', ['org.apache.kafka:kafka_2.13:4.1.1', 'org.slf4j:slf4j-simple:1.7.36'])
  return folder === null ? null : { java, classPath: join(folder, 'lib/*') }
}

/**
 * One broker in KRaft mode on loopback, its data below `folder`; `endpoint` is what a client calls a bootstrap broker.
 * Topics are not made by themselves, and what is produced is limited to 1 MB, as a VAST Event Broker has it.
 */
export async function startKafka({ java, classPath }: KafkaProgram, folder: string): Promise<RunningServer> {
  const [port, controller] = [await freePort(), await freePort()]
  mkdirSync(folder, { recursive: true })
  const settings = join(folder, 'server.properties')
  writeFileSync(settings, properties(port, controller, join(folder, 'data')))
  const jvm = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error']
  const run = [...jvm, '-cp', classPath]
  const format = ['kafka.tools.StorageTool', 'format', '-t', 'AAAAAAAAAAAAAAAAAAAAAQ', '-c', settings]
  execFileSync(java, ['-Xmx128m', ...run, ...format], { stdio: 'pipe' })
  const endpoint = `127.0.0.1:${port}`
  return startServer(java, ['-Xmx384m', ...run, 'kafka.Kafka', settings], endpoint, {}, () => listens(port))
}

function properties(port: number, controller: number, data: string): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
controller.listener.names=CONTROLLER
log.dirs=${data}
auto.create.topics.enable=false
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
log.cleaner.dedupe.buffer.size=2097152
log.cleaner.threads=1
message.max.bytes=1048576
num.network.threads=1
num.io.threads=2
background.threads=1
`
}

/** The port is open before the broker answers; a client tries again until it does. */
function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
