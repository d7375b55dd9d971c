/** `startStaticS3` of poison-frames.ts as a process of its own, so that its memory is not the function's. Prints its endpoint. */
import { poisonFrames } from './poison-frames.ts'
import { startStaticS3 } from './static-s3.ts'

const [manifestBytes = '1200000'] = process.argv.slice(2)
const store = await startStaticS3(poisonFrames(Number(manifestBytes)))
console.log(store.endpoint)
process.on('SIGTERM', () => process.exit())
