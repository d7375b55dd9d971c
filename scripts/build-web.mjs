// Builds the explorer's page into dist/web: one script, one style sheet, no network.
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url))

await mkdir(path('dist/web'), { recursive: true })
await build({
  entryPoints: { app: path('web/main.tsx') },
  outdir: path('dist/web'),
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  tsconfigRaw: {},
  legalComments: 'linked',
  logLevel: 'warning',
})
await build({ entryPoints: [path('web/app.css')], outdir: path('dist/web'), minify: true, logLevel: 'warning' })
for (const name of ['index.html', 'icon.svg']) await copyFile(path(`web/${name}`), path(`dist/web/${name}`))

// What is bundled is given on under its own licence.
const BUNDLED = ['preact', '@preact/signals', '@preact/signals-core']
const licences = BUNDLED.map(
  async (name) => `${name}\n\n${await readFile(path(`node_modules/${name}/LICENSE`), 'utf8')}`,
)
await writeFile(path('dist/web/LICENSES.txt'), (await Promise.all(licences)).join('\n\n'))
