import { type BuiltInModel, builtInModels } from '../local/index.js';
import { oneLine } from './one-line.js';
import { UsageError } from './usage-error.js';

/**
 * Reads the names of built-in models, separated by commas; a name given twice counts once.
 *
 * @throws {UsageError} For an unknown name, with those there are.
 */
export function readBuiltIns(value: string): readonly BuiltInModel[] {
  const names = value.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !isBuiltIn(name));
  if (unknown !== undefined) {
    throw new UsageError(
      `--models knows no ${oneLine(unknown) || 'empty name'}; there are ${builtInModels.join(', ')}`,
    );
  }
  return [...new Set(names.filter(isBuiltIn))];
}

function isBuiltIn(name: string): name is BuiltInModel {
  return (builtInModels as readonly string[]).includes(name);
}
