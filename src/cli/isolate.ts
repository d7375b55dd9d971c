import { Option } from 'commander'

/** `--isolate`, which every command that opens files has. */
export function isolateOption(usual: string): Option {
  const text = `where native code reads files: a crash ends one child process, or all threads (EXR_ISOLATION; default ${usual})`
  return new Option('--isolate <process|thread>', text)
}
