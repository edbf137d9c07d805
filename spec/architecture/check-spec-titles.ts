import ts from 'typescript';
import { parse, type SourceFile } from './source-files.js';

/**
 * Reports a spec whose first tests have no subject: every test needs a `describe` around it, so that the title of a
 * failing test can be read alone. Hooks and helpers may come first.
 */
export function checkSpecTitles(file: SourceFile): readonly string[] {
  const functions = topLevelCalls(parse(file)).map(functionCalled);
  const hasTest = functions.some((name) => name === 'it' || name === 'test');
  return hasTest
    ? [`${file.path}: has a test outside describe`]
    : functions.includes('describe')
      ? []
      : [`${file.path}: has no describe`];
}

/** The calls that a file makes while it loads, in loops and conditions too, but not in functions. */
function topLevelCalls(node: ts.Node): readonly ts.CallExpression[] {
  if (ts.isCallExpression(node)) {
    return [node];
  }
  const calls: ts.CallExpression[] = [];
  ts.forEachChild(node, (child) => {
    if (!ts.isFunctionLike(child)) {
      calls.push(...topLevelCalls(child));
    }
  });
  return calls;
}

/** The first name in `it(…)`, `it.each(…)(…)` or ``it.each`…`(…)``. */
function functionCalled(node: ts.Node): string | undefined {
  if (ts.isCallExpression(node) || ts.isPropertyAccessExpression(node)) {
    return functionCalled(node.expression);
  }
  if (ts.isTaggedTemplateExpression(node)) {
    return functionCalled(node.tag);
  }
  return ts.isIdentifier(node) ? node.text : undefined;
}
