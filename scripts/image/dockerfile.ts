/** One instruction of a Dockerfile, continuation lines joined. */
export interface Instruction {
  readonly name: string
  readonly rest: string
}

export interface Stage {
  readonly name: string
  readonly from: string
  readonly instructions: readonly Instruction[]
}

/** Reads the subset of the Dockerfile language that ours uses; anything else is refused, so that nothing is passed over. */
export function readDockerfile(text: string): Stage[] {
  const stages: { name: string; from: string; instructions: Instruction[] }[] = []
  const joined = text.replaceAll(/^\s*#.*\n/gm, '').replaceAll(/\\\n/g, ' ')
  for (const line of joined.split('\n').filter((candidate) => candidate.trim() !== '')) {
    const [, name = '', rest = ''] = /^\s*([A-Z]+)\s+(.*?)\s*$/s.exec(line) ?? []
    if (name === 'FROM') {
      const [, from = '', , alias] = /^(\S+)(\s+AS\s+(\S+))?$/i.exec(rest) ?? []
      stages.push({ name: alias ?? `stage-${stages.length}`, from, instructions: [] })
    } else if (KNOWN.has(name)) {
      stages.at(-1)?.instructions.push({ name, rest })
    } else {
      throw new Error(`Cannot replay this line of the Dockerfile: ${line}`)
    }
  }
  return stages
}

const KNOWN = new Set(['WORKDIR', 'COPY', 'RUN', 'ENV', 'USER', 'EXPOSE', 'HEALTHCHECK', 'ENTRYPOINT', 'CMD'])
