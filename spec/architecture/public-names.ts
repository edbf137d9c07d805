import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from './source-files.js';

/** The names that one entry exports, sorted. */
export interface PublicNames {
  /** Names that exist at run time. */
  readonly values: readonly string[];
  /** Names that exist for the type checker only. */
  readonly types: readonly string[];
}

/** Returns the source file of every declaration file under `exports` in package.json, relative to the root. */
export function entryFiles(): readonly string[] {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly exports: unknown };
  const leaves = (value: unknown): readonly string[] =>
    typeof value === 'string' ? [value] : Object.values(value as object).flatMap(leaves);
  const declarations = leaves(exports).filter((file) => file.endsWith('.d.ts'));
  return [...new Set(declarations.map((file) => file.replace(/^\.\/dist\/\w+\/(.*)\.d\.ts$/u, 'src/$1.ts')))].sort();
}

/** Reads the names that each entry exports. */
export function readPublicNames(files: readonly string[]): Readonly<Record<string, PublicNames>> {
  const program = ts.createProgram(
    files.map((file) => join(root, file)),
    { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, types: ['node'], noLib: true },
  );
  return Object.fromEntries(files.map((file) => [file, namesOf(program, join(root, file))]));
}

function namesOf(program: ts.Program, file: string): PublicNames {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const entry = source && checker.getSymbolAtLocation(source);
  const names = (keep: (symbol: ts.Symbol) => boolean): readonly string[] =>
    (entry ? checker.getExportsOfModule(entry) : [])
      .filter(keep)
      .map((symbol) => symbol.name)
      .sort();
  return {
    values: names((symbol) => isValue(symbol, checker)),
    types: names((symbol) => !isValue(symbol, checker)),
  };
}

function isValue(symbol: ts.Symbol, checker: ts.TypeChecker): boolean {
  const erased = symbol.declarations?.some(ts.isTypeOnlyExportDeclaration) ?? false;
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  return !erased && (target.flags & ts.SymbolFlags.Value) !== 0;
}
