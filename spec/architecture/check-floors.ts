import { posix } from 'node:path';
import ts from 'typescript';
import { importsOf, type Import } from './imports-of.js';
import { parse, type SourceFile } from './source-files.js';

/** The floor of each folder of `src/`; `index` stands for the entry files at its top. */
const floors: Readonly<Record<string, number>> = {
  util: 0,
  secrets: 0,
  errors: 1,
  schemas: 1,
  answers: 1.5,
  json: 1.5,
  transport: 2,
  sse: 2,
  chunks: 2,
  responses: 2,
  lane: 2,
  formats: 2.5,
  operators: 3,
  client: 4,
  tools: 5,
  views: 6,
  index: 7,
  node: 8,
  angular: 8,
  server: 8,
  // Its log keeps the streams of the server's relay.
  redis: 8.5,
  mcp: 8,
  testing: 8,
  local: 8,
  cli: 9,
};

/** The stages of floor 2, in data-flow order: each may import the types of those before it. */
const stages = ['transport', 'sse', 'chunks', 'responses', 'lane'];

/** Lower folders that a folder must not import nevertheless: operators work on any Observable, and know no wire format. */
const unseen: Readonly<Record<string, readonly string[]>> = { operators: ['transport', 'sse', 'chunks', 'responses'] };

const entries = ['node', 'angular', 'server', 'redis', 'mcp', 'testing', 'local'];

/** The folders or files that may import each external module; modules not listed here may not be imported at all. */
const packages: readonly { readonly name: RegExp; readonly places: readonly string[] }[] = [
  { name: /^rxjs$/u, places: Object.keys(floors) },
  { name: /^rxjs\/testing$/u, places: ['testing'] },
  { name: /^zod\/mini$/u, places: Object.keys(floors) },
  { name: /^undici$/u, places: ['transport', 'node', 'local', 'server', 'redis', 'cli'] },
  // undici's private modules may change in any release, so a change must concern one file only.
  { name: /^undici\/lib\//u, places: ['transport/undici/node-agent.ts'] },
  { name: /^node:/u, places: ['transport', 'node', 'local', 'server', 'redis', 'cli', 'angular'] },
  { name: /^@angular\/(core|common)(\/|$)/u, places: ['angular'] },
  { name: /^redis$/u, places: ['cli'] },
  { name: /^minisearch$/u, places: ['local'] },
  { name: /^@cfworker\/json-schema$/u, places: ['cli'] },
  { name: /^@modelcontextprotocol\/client(\/stdio)?$/u, places: ['cli'] },
];

/** Reports everything in `files` that breaks the order of the folders, one sentence each. */
export function checkFloors(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => [...placement(file), ...exportProblems(file), ...importProblems(file)]);
}

function placement({ path }: SourceFile): readonly string[] {
  const folder = folderOf(path);
  if (floors[folder] === undefined) {
    return [`${path}: ${folder} has no floor`];
  }
  const barrel = posix.basename(path) === 'index.ts' && folder !== 'index' && path !== `${folder}/index.ts`;
  return barrel || (path === `${folder}/index.ts` && !entries.includes(folder))
    ? [`${path}: only entries have an index.ts`]
    : [];
}

function exportProblems(file: SourceFile): readonly string[] {
  // The entries for Node export everything that the web entry exports: a second list could only differ by mistake.
  const exempt = ['index.node.ts', 'index.fetch.ts'].includes(file.path) ? "export * from './index.js';" : undefined;
  return parse(file).statements.flatMap((statement) => [
    ...(exportsEverything(statement) && statement.getText() !== exempt
      ? [`${file.path}: re-exports a whole module; export by name`]
      : []),
    ...(exportsDefault(statement) ? [`${file.path}: has a default export`] : []),
  ]);
}

function exportsEverything(statement: ts.Statement): boolean {
  return ts.isExportDeclaration(statement) && !(statement.exportClause && ts.isNamedExports(statement.exportClause));
}

function exportsDefault(statement: ts.Statement): boolean {
  if (ts.isExportDeclaration(statement)) {
    const { exportClause } = statement;
    return (
      exportClause !== undefined &&
      ts.isNamedExports(exportClause) &&
      exportClause.elements.some((element) => element.name.text === 'default')
    );
  }
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  return (
    ts.isExportAssignment(statement) ||
    (modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword) ?? false)
  );
}

function importProblems(file: SourceFile): readonly string[] {
  return importsOf(file).flatMap((imported) => {
    const { specifier } = imported;
    const problem = specifier.startsWith('.') ? relativeProblem(file, imported) : packageProblem(file, specifier);
    return problem === undefined ? [] : [`${file.path}: imports ${specifier}: ${problem}`];
  });
}

function packageProblem(file: SourceFile, specifier: string): string | undefined {
  const known = packages.find(({ name }) => name.test(specifier));
  if (known === undefined) {
    return 'the package does not depend on this module';
  }
  const isAllowed = known.places.includes(folderOf(file.path)) || known.places.includes(file.path);
  return isAllowed ? undefined : `allowed only in ${known.places.join(', ')}`;
}

function relativeProblem(file: SourceFile, { specifier, typeOnly }: Import): string | undefined {
  const target = posix.join(posix.dirname(file.path), specifier);
  const [from, to] = [folderOf(file.path), folderOf(target)];
  const [upper, lower] = [floors[from], floors[to]];
  if (!specifier.endsWith('.js') || target.startsWith('..')) {
    return 'a relative import must stay in src and end in .js';
  }
  if (upper === undefined || lower === undefined || from === to) {
    return lower === undefined ? `${to} has no floor` : undefined;
  }
  if (from === 'cli') {
    return to === 'index' || target === `${to}/index.js` ? undefined : 'the command line imports entries only';
  }
  if (unseen[from]?.includes(to)) {
    return `${from} must not import ${to}`;
  }
  if (typeOnly && stages.includes(to) && stages.indexOf(to) < stages.indexOf(from)) {
    return undefined;
  }
  return lower < upper ? undefined : `${from} is on floor ${upper}, ${to} on floor ${lower}`;
}

/** Returns the top folder of a path; the entry files at the top count as one folder. */
function folderOf(path: string): string {
  return /^index(\.node|\.fetch)?\.[jt]s$/u.test(path) ? 'index' : (path.split('/')[0] ?? path);
}
