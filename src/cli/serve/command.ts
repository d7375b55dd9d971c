import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { isolateOption } from '../isolate.ts'

interface ServeFlags {
  readonly host?: string
  readonly port?: string
  readonly catalog?: string
  readonly debugRoute?: boolean
  readonly isolate?: string
}

export function configure(command: Command, context: CliContext): void {
  command
    .option('--host <address>', 'address to bind; default: HOST, or 0.0.0.0')
    .option('--port <number>', 'port to bind, 0 for a free one; default: PORT, or 8080')
    .option(
      '--catalog <url>',
      'where results go; default: EXR_CATALOG, or VAST DataBase from the environment, or nowhere',
    )
    .option('--debug-route', 'answer POST /debug/inspect with the payload')
    .addOption(isolateOption('process'))
    .addHelpText(
      'after',
      '\nEvents arrive as POST; settings are environment variables, see\ndocs/reference/configuration.md.',
    )
    .action(async (flags: ServeFlags) => {
      const { createServer, functionSettings } = await import('../../server/index.ts')
      const given = {
        HOST: flags.host,
        PORT: flags.port,
        EXR_CATALOG: flags.catalog,
        EXR_ISOLATION: flags.isolate,
        EXR_DEBUG_ROUTE: flags.debugRoute ? 'true' : undefined,
      }
      const env = {
        ...context.env,
        ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
      }
      const server = await createServer(functionSettings(env))
      const stopped = new Promise<void>((resolve) => {
        // The platform sends SIGTERM and waits: readiness fails, what is here is finished, then the process ends.
        const stop = () => void server.close().finally(resolve)
        process.once('SIGTERM', stop)
        process.once('SIGINT', stop)
      })
      const address = await server.listen()
      context.note(`Listening on ${address}`)
      await stopped
      // What a hanging store still holds open must not outlive the deadline.
      setTimeout(() => process.exit(0), 500).unref()
    })
}
