import * as classic from 'zod';

/** zod as most people import it; code of ours imports `zod/mini` only. */
export { classic };
