// Makes the optional peers of package.json dependencies, so that an installation without development tools keeps every
// part but models of similarity, which no server runs, in the versions of the lock file. For images; package.json itself
// stays as it is.
import { readFileSync, writeFileSync } from 'node:fs'

const { peerDependencies, peerDependenciesMeta: _, ...manifest } = JSON.parse(readFileSync('package.json', 'utf8'))
delete peerDependencies['onnxruntime-node']
for (const name of Object.keys(peerDependencies)) delete manifest.devDependencies[name]
manifest.dependencies = { ...manifest.dependencies, ...peerDependencies }
writeFileSync('package.json', `${JSON.stringify(manifest, null, 2)}\n`)
