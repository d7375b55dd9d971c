import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
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

/** Who may come in by the second door, which is encrypted. */
export interface Secured {
  /** Certificate and key (PKCS #8), one behind the other in PEM. */
  readonly pemPath: string
  readonly username: string
  readonly password: string
}

/** A broker, and where it asks who a client is (PLAIN, SCRAM-SHA-256). */
export interface KafkaServer extends RunningServer {
  readonly securedEndpoint: string
}

/**
 * One broker in KRaft mode on loopback, its data below `folder`; `endpoint` is what a client calls a bootstrap broker. A folder
 * that had one before starts the same again. Topics are not made by themselves, and what is produced is limited to 1 MB, as a
 * VAST Event Broker has it.
 */
export async function startKafka(program: KafkaProgram, folder: string, secured?: Secured): Promise<KafkaServer> {
  const { java, classPath } = program
  const settings = join(folder, 'server.properties')
  const jvm = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error']
  const run = [...jvm, '-cp', classPath]
  if (!existsSync(settings)) {
    mkdirSync(folder, { recursive: true })
    const ports = [await freePort(), await freePort(), await freePort()] as const
    writeFileSync(settings, properties(ports, join(folder, 'data'), secured))
    const user = secured && `SCRAM-SHA-256=[name=${secured.username},password=${secured.password}]`
    const format = ['kafka.tools.StorageTool', 'format', '-t', 'AAAAAAAAAAAAAAAAAAAAAQ', '-c', settings]
    execFileSync(java, ['-Xmx128m', ...run, ...format, ...(user ? ['--add-scram', user] : [])], { stdio: 'pipe' })
  }
  const port = (listener: string) => {
    const found = new RegExp(`^advertised.listeners=.*\\b${listener}://127.0.0.1:(\\d+)`, 'm').exec(
      readFileSync(settings, 'utf8'),
    )
    return Number(found?.[1] ?? 0)
  }
  const open = port('PLAINTEXT')
  const start = ['-Xmx384m', ...run, 'kafka.Kafka', settings]
  const server = await startServer(java, start, `127.0.0.1:${open}`, {}, () => listens(open))
  return { ...server, securedEndpoint: `127.0.0.1:${port('SASL_SSL')}` }
}

function properties(ports: readonly [number, number, number], data: string, secured: Secured | undefined): string {
  const [port, controller, second] = ports
  const doors = `PLAINTEXT://127.0.0.1:${port}${secured ? `,SASL_SSL://127.0.0.1:${second}` : ''}`
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=${doors},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=${doors}
${secured ? secondDoor(secured) : ''}
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

function secondDoor({ pemPath, username, password }: Secured): string {
  const module = 'org.apache.kafka.common.security'
  return `listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL
ssl.keystore.type=PEM
ssl.keystore.location=${pemPath}
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256
listener.name.sasl_ssl.plain.sasl.jaas.config=${module}.plain.PlainLoginModule required user_${username}="${password}";
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=${module}.scram.ScramLoginModule required;`
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
