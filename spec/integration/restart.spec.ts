import { concat, lastValueFrom, of, throwError, toArray } from 'rxjs';
import {
  accumulateMessage,
  createClient,
  createRetryBudget,
  type Message,
  retryTransient,
  type RetryNotice,
} from '../../src/index.node.js';
import { useLocalServer } from '../local/local-server.js';

let asked = 0;
const url = useLocalServer({
  models: {
    // Breaks off its first answer.
    fragile: () => {
      asked += 1;
      return asked === 1
        ? concat(
            of('Half ', 'an '),
            throwError(() => new Error('The lights went out')),
          )
        : of('The ', 'whole ', 'answer.');
    },
  },
});

describe('retryTransient with restart', () => {
  it('starts a broken message again, which then ends whole', async () => {
    const client = createClient({ baseURL: url() });
    const budget = createRetryBudget();
    const notices: RetryNotice[] = [];
    const snapshots: Message[] = await lastValueFrom(
      client
        .chat({ model: 'fragile', messages: [{ role: 'user', content: 'Well?' }] })
        .pipe(
          accumulateMessage(),
          retryTransient({ restart: true, budget, notify: (notice) => notices.push(notice), random: () => 0 }),
          toArray(),
        ),
    );
    const texts = snapshots.map(({ content }) => content).filter((text, index, all) => text !== all[index - 1]);

    expect(texts).toEqual(['', 'Half ', 'Half an ', '', 'The ', 'The whole ', 'The whole answer.']);
    expect(snapshots.at(-1)).toMatchObject({ content: 'The whole answer.', finishReason: 'stop' });
    expect(notices).toMatchObject([{ attempt: 1, reason: { name: 'StreamError', retryable: true } }]);
    expect(budget.tokens).toBe(496);
  });
});
