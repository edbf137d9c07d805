import { map, filter, type OperatorFunction, pipe } from 'rxjs';
import { checkCalled } from '../util/misuse.js';
import type { ToolRunApi, ToolRunEvent } from './tool-run-event.js';

/**
 * Emits the chunks of a tool run, those of all turns, so that the operators for chunks apply: `textDeltas`, `measure` and the
 * like.
 *
 * ```text
 * run:     -a-c-(kst)-b-(t|)   a, b, c = events with a chunk
 * result:  -x-z-------y-|      x, y, z = the chunks
 * ```
 *
 * Errors and completion pass through unchanged.
 */
export function runChunks<Api extends ToolRunApi>(...none: []): OperatorFunction<ToolRunEvent<Api>, ChunkOf<Api>> {
  checkCalled('runChunks', ...none);
  return pipe(
    filter((event) => event.type === 'chunk'),
    map(({ chunk }) => chunk),
  );
}

type ChunkOf<Api extends ToolRunApi> = Extract<ToolRunEvent<Api>, { readonly type: 'chunk' }>['chunk'];
