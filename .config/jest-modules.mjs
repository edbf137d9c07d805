/* Lets jest, which runs CommonJS, load the packages that are ES modules only. */
import { transformSync } from 'esbuild';

export default {
  process: (source, sourcefile) =>
    transformSync(source, { format: 'cjs', target: 'node20', sourcefile, sourcemap: 'inline' }),
};
