/** Writes docs/reference/api: a page for every entry point of the package, from the built declarations and their doc comments. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, 'docs/reference/api')

/** Pages by file name. Needs `npm run build:ts`. */
export function apiPages(): Map<string, string> {
  const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const entries = Object.entries(exports as Record<string, { types?: string }>).flatMap(([path, { types }]) =>
    types === undefined ? [] : [{ specifier: join(name, path), file: join(root, types) }],
  )
  const checker = programOf(entries.map(({ file }) => file))
  const pages = new Map(
    entries.map(({ specifier, file }) => [`${specifier.replace('/', '-')}.md`, pageOf(checker, specifier, file)]),
  )
  const links = entries.map(({ specifier }) => `- [\`${specifier}\`](${specifier.replace('/', '-')}.md)`)
  return pages.set('README.md', `# Declarations\n\n${NOTE}\n\n${links.join('\n')}\n`)
}

const NOTE =
  'Made from the doc comments by `npx tsx scripts/api-pages.ts`. What to use when is told in [library.md](../library.md).'

/** What the package itself declares: other packages' types are names here. */
function programOf(files: readonly string[]) {
  const options: ts.CompilerOptions = { noLib: true, types: [], skipLibCheck: true, allowImportingTsExtensions: true }
  const host = ts.createCompilerHost(options)
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) => {
      const path = resolve(dirname(from), text.replace(/\.[jt]s$/, '.d.ts'))
      const isOurs = text.startsWith('.') && existsSync(path)
      return { resolvedModule: isOurs ? { resolvedFileName: path, extension: ts.Extension.Dts } : undefined }
    })
  const program = ts.createProgram(files, options, host)
  return { checker: program.getTypeChecker(), program }
}

function pageOf({ checker, program }: ReturnType<typeof programOf>, specifier: string, file: string): string {
  const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!
  const sections = checker
    .getExportsOfModule(module)
    .map((symbol) =>
      symbol.flags & ts.SymbolFlags.Alias ? [symbol, checker.getAliasedSymbol(symbol)] : [symbol, symbol],
    )
    .sort(([a], [b]) => (a!.name < b!.name ? -1 : 1))
    .map(([symbol, original]) => sectionOf(symbol!.name, original!, checker))
  return `# ${specifier}\n\n${NOTE}\n\n${sections.join('\n\n')}\n`
}

function sectionOf(name: string, symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const doc = ts.displayPartsToString(symbol.getDocumentationComment(checker))
  const texts = new Set((symbol.declarations ?? []).map(declarationText))
  return [`## ${name}`, doc, `\`\`\`ts\n${[...texts].join('\n')}\n\`\`\``].filter(Boolean).join('\n\n')
}

/** As declared, without its own comment, which stands above, and without what is private. */
function declarationText(declaration: ts.Declaration): string {
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration
  return statement
    .getText()
    .replace(/^export (?:declare )?/, '')
    .replace(/\n {4}#private;|\n {4}private [^\n]*;/g, '')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(folder)) rmSync(join(folder, name))
  for (const [name, text] of apiPages()) writeFileSync(join(folder, name), text)
}
