import { map, type Observable } from 'rxjs';
import { check, checkConfig, checkFunction } from '../util/check.js';
import { isObject } from '../util/is-object.js';
import type { Client } from './create-client.js';

/** Configuration of {@link passesModeration}. */
export interface PassesModerationConfig {
  /** The moderation model. By default the server chooses. */
  readonly model?: string | undefined;
}

/**
 * Creates a check for {@link moderated} that asks the server's `/moderations`: a text passes if it is not flagged.
 *
 * Each check is one request, without retries. Its errors are those of the checked stream, so that a server that fails lets
 * nothing through.
 *
 * ```ts
 * const passes = passesModeration(client);
 * moderated((text) => passes(text).pipe(retryTransient()));
 * ```
 *
 * @throws TypeError if `client` has no `moderations`, or `model` is not a string.
 */
export function passesModeration(
  client: Pick<Client, 'moderations'>,
  config: PassesModerationConfig = {},
): (text: string) => Observable<boolean> {
  check(isObject(client), 'client', 'a client', client);
  checkFunction('client.moderations', client.moderations);
  checkConfig('passesModeration', config, ['model']);
  const { model } = config;
  check(model === undefined || typeof model === 'string', 'model', 'a string', model);
  const fields = model === undefined ? {} : { model };
  return (input) =>
    client
      .moderations({ input, ...fields })
      .pipe(map(({ results }) => results.length > 0 && results.every(({ flagged }) => !flagged)));
}
