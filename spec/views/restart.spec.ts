import { map } from 'rxjs';
import { ConnectionError } from '../../src/errors/connection-error.js';
import { accumulateView } from '../../src/views/accumulate-view.js';
import { attempts } from '../support/attempts.js';
import { chatChunk } from '../support/chunks.js';
import { runMarbles } from '../support/run-marbles.js';

const lost = new ConnectionError('The connection was lost');
const chunks = {
  r: chatChunk({ role: 'assistant', content: '' }),
  a: chatChunk({ content: 'Hel' }),
  b: chatChunk({ content: 'lo' }),
};
it('keeps the text of a broken attempt until that of the next comes', () => {
  runMarbles(({ cold, expectObservable }) => {
    const first = cold('  -ab#            ', chunks, lost);
    const second = cold('       -r-b-a|    ', chunks);
    const expected = '    wabp-----c-d(e|)';
    expectObservable(
      attempts(first, second).pipe(
        accumulateView({ retry: { restart: true, random: () => 0.006 } }),
        map(({ status, message, retry }) => `${status} ${message.content} ${retry?.attempt ?? ''}`),
      ),
    ).toBe(expected, {
      w: 'waiting  ',
      a: 'streaming Hel ',
      b: 'streaming Hello ',
      p: 'retrying Hello 1',
      c: 'streaming lo ',
      d: 'streaming loHel ',
      e: 'done loHel ',
    });
  });
});
