import { pino } from 'pino'
import type { Logger } from '../log.ts'
import type { FunctionSettings } from '../settings/function.ts'

/** JSON lines on stdout, with the platform's level. */
export function pinoLogger(settings: Pick<FunctionSettings, 'logLevel' | 'functionName'>): Logger {
  return pino({
    level: settings.logLevel,
    base: { function: settings.functionName },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  })
}
