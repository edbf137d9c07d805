import ts from 'typescript';
import { parse, type SourceFile } from './source-files.js';

/** One reference of a file to another module. */
export interface Import {
  readonly specifier: string;
  /** Whether the compiled JavaScript drops it. */
  readonly typeOnly: boolean;
}

/**
 * Finds every module that a file refers to: by imports, dynamic imports, re-exports, `require` and `import('x').Type`.
 */
export function importsOf(file: SourceFile): readonly Import[] {
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) {
      found.push({ specifier: specifier.text, typeOnly: isTypeOnly(node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(file));
  return found;
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    return node.moduleSpecifier;
  }
  if (ts.isExternalModuleReference(node)) {
    return node.expression;
  }
  if (ts.isImportTypeNode(node)) {
    return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  }
  if (ts.isCallExpression(node)) {
    const { expression } = node;
    const loads = expression.kind === ts.SyntaxKind.ImportKeyword || expression.getText() === 'require';
    return loads ? node.arguments[0] : undefined;
  }
  return undefined;
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportTypeNode(node)) {
    return true;
  }
  if (ts.isImportDeclaration(node)) {
    const { importClause } = node;
    return (
      importClause !== undefined &&
      (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword ||
        (importClause.name === undefined && allTypes(importClause.namedBindings)))
    );
  }
  return ts.isExportDeclaration(node) && (node.isTypeOnly || allTypes(node.exportClause));
}

function allTypes(names: ts.NamedImportBindings | ts.NamedExportBindings | undefined): boolean {
  return (
    names !== undefined &&
    (ts.isNamedImports(names) || ts.isNamedExports(names)) &&
    names.elements.every((element) => element.isTypeOnly)
  );
}
