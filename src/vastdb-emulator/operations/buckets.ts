import { escapeXml } from '../errors.ts'
import { assertBucket, EMPTY, type Operation } from './operation.ts'

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
const XML = { 'content-type': 'application/xml' }

export const headBucket: Operation = async (store, request) => {
  assertBucket(store, request)
  return EMPTY
}

export const listBuckets: Operation = async (store) => {
  const names = [...store.buckets].map((name) => `<Bucket><Name>${escapeXml(name)}</Name></Bucket>`).join('')
  const body = `${DECLARATION}<ListAllMyBucketsResult><Buckets>${names}</Buckets></ListAllMyBucketsResult>`
  return { headers: XML, body }
}

/** Buckets have no snapshots; the listing says so in the shape clients parse. */
export const listSnapshots: Operation = async (store, request) => {
  assertBucket(store, request)
  const body =
    `${DECLARATION}<ListBucketResult><Name>${escapeXml(request.bucket)}</Name>` +
    '<IsTruncated>false</IsTruncated><Marker></Marker></ListBucketResult>'
  return { headers: XML, body }
}
