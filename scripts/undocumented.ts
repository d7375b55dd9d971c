/** Names what the rooms' index files export without a doc comment; exits with 1 when there is any. Part of `npm run lint`. */
import { existsSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('..', import.meta.url))
const src = join(root, 'src')
const indexes = ['', ...readdirSync(src)].map((room) => join(src, room, 'index.ts')).filter(existsSync)
const program = ts.createProgram(indexes, {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  allowImportingTsExtensions: true,
  noEmit: true,
  skipLibCheck: true,
})
const checker = program.getTypeChecker()

const missing = new Set<string>()
for (const index of indexes) {
  const module = checker.getSymbolAtLocation(program.getSourceFile(index)!)!
  for (const symbol of checker.getExportsOfModule(module)) {
    const original = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
    const [declaration] = original.declarations ?? []
    const file = declaration?.getSourceFile().fileName ?? index
    if (!file.startsWith(src) || file.includes('/generated/')) continue
    if (original.getDocumentationComment(checker).length === 0) missing.add(`${relative(root, file)}: ${original.name}`)
  }
}
for (const name of [...missing].sort()) console.error(`No doc comment: ${name}`)
if (missing.size > 0) process.exitCode = 1
