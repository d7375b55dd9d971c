/** Topics of a Kafka broker: read as a member of a group, and written. Knows nothing of images. */

export { type BrokerMessage, checkName, GroupReader, type GroupReaderOptions, type Offsets } from './group-reader.ts'
export { type NewMessage, Publisher } from './publisher.ts'
export { type BrokerSettings, MOST_VALUE_BYTES } from './settings.ts'
