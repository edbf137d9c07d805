/* Converts packages that are ES modules only to CommonJS, which jest runs. */
import { transformSync } from 'esbuild';

export default {
  process: (source, sourcefile) =>
    transformSync(source, { format: 'cjs', target: 'node20', sourcefile, sourcemap: 'inline' }),
};
