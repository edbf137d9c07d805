import { join } from 'node:path';
import * as rxjs from 'rxjs';
import ts from 'typescript';
import { root } from '../architecture/source-files.js';

/** A TypeScript example in a document. */
export interface Snippet {
  /** The heading above it, and its line number. */
  readonly title: string;
  readonly text: string;
}

/** Returns the ```ts blocks of a Markdown text. */
export function snippetsOf(markdown: string): readonly Snippet[] {
  return [...markdown.matchAll(/^```ts\n(?<text>.*?)^```/gmsu)].map(({ index, groups }) => {
    const before = markdown.slice(0, index);
    const heading = [...before.matchAll(/^#+ (?<heading>.*)$/gmu)].at(-1)?.groups?.heading ?? '';
    return { title: `${heading}, line ${before.split('\n').length}`, text: groups?.text ?? '' };
  });
}

/**
 * Returns each snippet as a module of a user's project. Names that a snippet does not declare are imported.
 *
 * @param packageNames The exports of 'rxllm'.
 * @param assumed Path from the root, without extension, of a module with names of the reader's application.
 */
export function toModules(
  snippets: readonly Snippet[],
  packageNames: readonly string[],
  assumed: string,
): readonly string[] {
  const modules: readonly Module[] = [
    { path: `./${assumed}.js`, names: exportedBy(ts.sys.readFile(join(root, `${assumed}.ts`)) ?? '') },
    { path: 'rxllm', names: packageNames },
    { path: 'rxjs', names: Object.keys(rxjs) },
  ];
  return snippets.map(({ text }) => withImports(text, modules));
}

interface Module {
  readonly path: string;
  readonly names: readonly string[];
}

/** Adds imports of the names that a text uses and does not declare, each from the first module that has it. */
function withImports(text: string, modules: readonly Module[]): string {
  const taken = new Set(takenBy(text));
  const used = new Set(text.match(/\b\w+\b/gu));
  const imports = modules.map(({ path, names }) => {
    const wanted = names.filter((name) => used.has(name) && !taken.has(name));
    wanted.forEach((name) => taken.add(name));
    return `import { ${wanted.join(', ')} } from '${path}';`;
  });
  return [...imports, text].join('\n');
}

/** Returns the names that a module exports, if it declares no others. */
function exportedBy(text: string): readonly string[] {
  return takenBy(text.replace(/^import .*?;$/gmsu, ''));
}

/** Returns the names that a module declares, imports or re-exports. */
function takenBy(text: string): readonly string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (namesSomething(node) && node.name && ts.isIdentifier(node.name)) {
      names.push(node.name.text);
    }
    if (!ts.isBlock(node) && !ts.isArrowFunction(node)) {
      ts.forEachChild(node, visit);
    }
  };
  visit(ts.createSourceFile('module.ts', text, ts.ScriptTarget.ES2022, true));
  return names;
}

function namesSomething(node: ts.Node): node is ts.NamedDeclaration {
  return (
    ts.isVariableDeclaration(node) ||
    ts.isBindingElement(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isImportSpecifier(node) ||
    ts.isExportSpecifier(node)
  );
}
