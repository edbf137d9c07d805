import { defer, finalize, from, mergeMap, noop, of, switchMap } from 'rxjs';
import { createClient } from '../index.node.js';
import { startLocalServer } from '../local/index.js';
import type { Connect, Server } from './server.js';
import { writeLine } from './write-line.js';

/** A good pace for a person who waits for the whole answer, yet sees it stream. */
const tokensPerSecond = 150;

/** Starts a server inside this process, which needs no key, and says so; closes it in the end. */
export function connectLocally(stderr: NodeJS.WriteStream): Connect {
  return (use) =>
    defer(() => {
      writeLine(stderr, 'Neither a key nor a base URL is set: a local server answers (see rxllm --help).', 'dim');
      const started = from(startLocalServer({ tokensPerSecond }));
      // Also when it has not yet started; that it could not start was said.
      const close = (): void => {
        started.pipe(mergeMap((server) => server.close())).subscribe({ error: noop });
      };
      return started.pipe(
        switchMap(({ url }) => use(localServer(url))),
        finalize(close),
      );
    });
}

function localServer(baseURL: string): Server {
  return {
    client: createClient({ baseURL }),
    defaultModel: of('docs'),
    modelAdvice: of('For models of other servers, set OPENAI_API_KEY or --base-url.'),
  };
}
