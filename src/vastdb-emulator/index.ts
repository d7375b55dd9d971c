export { FAULT_HEADER, type Fault, type FaultRule, parseFaultRule } from './faults.ts'
export type { EmulatorOptions, RecordedRequest } from './options.ts'
export { type Emulator, startEmulator } from './server.ts'
