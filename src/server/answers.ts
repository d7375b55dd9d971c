import type { FastifyReply } from 'fastify'

/** The dispatcher keeps the first kilobyte of an error body with a dead letter: one useful line. */
export function oneLine(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  const line = message.replaceAll(/\s+/g, ' ').slice(0, 900).toWellFormed()
  return reply.code(status).header('content-type', 'text/plain; charset=utf-8').send(`${line} [${code}]\n`)
}
