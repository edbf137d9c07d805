import { throwError } from 'rxjs';
import type { LocalModel } from '../../../src/local/index.js';
import { hello, textChunk, eventStream } from '../../support/answers.js';
import { closeServers, type ServedExchange, startServer } from '../../support/loopback.js';
import { createQueue } from '../../support/queue.js';
import { createScript } from './create-script.js';
import { chooseModels, shows, useChat } from './open-chat.js';

const openChat = useChat();

afterEach(closeServers);

describe('the chat page', () => {
  it('shows an answer while it streams', async () => {
    const { model, pieces } = createScript('One ');
    const { answerOf, ask, button } = await openChat({ models: { small: model } });

    await ask('Count');
    await shows(answerOf('small'), /One\s*$/u);
    await button('Stop').waitFor();
    pieces.next('two ');
    await shows(answerOf('small'), /One two\s*$/u);
    pieces.next('**three**');
    pieces.complete();

    await shows(answerOf('small'), 'One two three');
    await button('Regenerate').waitFor();
    expect(await answerOf('small').locator('strong').textContent()).toBe('three');
    expect(await button('Stop').count()).toBe(0);
  });

  it.each(['the button', 'Escape'])('stops an answer on the server with %s, and keeps its text', async (how) => {
    const { model, over } = createScript('Half of an');
    const { answerOf, ask, button, exchanges, page } = await openChat({ models: { small: model } });
    await ask('Hello');
    await shows(answerOf('small'), 'Half of an');

    await (how === 'Escape' ? page.keyboard.press('Escape') : button('Stop').click());
    await over;

    await shows(answerOf('small'), /Half of an.*Stopped\./su);
    expect(exchanges).toMatchObject([{ model: 'small', outcome: 'aborted' }]);
  });

  it('regenerates an answer in place of the old one', async () => {
    const answers = [createScript('First'), createScript('Second')];
    answers.forEach(({ pieces }) => pieces.complete());
    let asked = 0;
    const { answerOf, ask, button, page } = await openChat({
      models: { small: (given) => answers[asked++]!.model(given) },
    });
    await ask('Hello');
    await shows(answerOf('small'), 'First');

    await button('Regenerate').click();

    await shows(answerOf('small'), 'Second');
    expect(await page.getByRole('article').count()).toBe(1);
  });

  it('counts down to a retry while the server is busy, and then shows the answer', async () => {
    const headers = { 'retry-after': '30' };
    const busy: LocalModel = () => throwError(() => ({ status: 429, message: 'Too many requests.', headers }));
    const { model, pieces } = createScript('Here it is.');
    pieces.complete();
    let asked = 0;
    const chat = await openChat({ models: { small: (given) => (asked++ === 0 ? busy : model)(given) } });
    const { answerOf, ask, page } = chat;
    await page.clock.install();
    await ask('Hello');

    await shows(answerOf('small'), /Attempt 2 follows in (?:30|29) s/u);
    await page.clock.fastForward(20_000);
    await shows(answerOf('small'), /Attempt 2 follows in (?:10|9) s/u);
    expect(asked).toBe(1);
    await page.clock.fastForward(10_000);

    await shows(answerOf('small'), 'Here it is.');
    expect(asked).toBe(2);
  });

  it('keeps the text of a broken answer, and offers to try again', async () => {
    const asked = createQueue<ServedExchange>();
    const { url } = await startServer({
      answer: (served) => {
        if (served.method === 'POST') {
          asked.put(served);
          served.head(200, { 'content-type': 'text/event-stream' });
        } else {
          served.head(200, { 'content-type': 'application/json' });
          served.end('{"data":[]}');
        }
      },
    });
    const chat = await openChat({ models: {} });
    const { answerOf, ask, button } = chat;
    await chooseModels(chat, ['small'], `${url}/v1`);
    await ask('Hello');
    const broken = await asked.take();
    broken.write(eventStream(textChunk('Half of an')));
    await shows(answerOf('small'), 'Half of an');

    broken.reset();
    await shows(answerOf('small'), /Half of an.*The connection .* broke/su);
    await button('Try again').click();
    (await asked.take()).end(hello);

    await shows(answerOf('small'), /Hello/u);
    expect(await answerOf('small').textContent()).not.toMatch(/Half of an|broke/u);
  });

  it('streams three answers in parallel, even if one fails', async () => {
    const [first, failing, last] = [createScript('1a '), createScript('2a '), createScript('3a ')] as const;
    const chat = await openChat({ models: { first: first.model, failing: failing.model, last: last.model } });
    const { answerOf, ask, exchanges } = chat;
    await chooseModels(chat, ['first', 'failing', 'last']);
    await ask('Hello');
    await shows(answerOf('first'), '1a');
    await shows(answerOf('failing'), '2a');
    await shows(answerOf('last'), '3a');

    failing.pieces.error(new Error('Out of memory.'));
    await shows(answerOf('failing'), /2a.*The model's server failed/su);
    first.pieces.next('1b ');
    last.pieces.next('3b ');
    await shows(answerOf('first'), '1a 1b');
    await shows(answerOf('last'), '3a 3b');
    first.pieces.complete();
    last.pieces.complete();

    await answerOf('first').getByRole('button', { name: 'Regenerate' }).waitFor();
    await answerOf('last').getByRole('button', { name: 'Regenerate' }).waitFor();
    await answerOf('failing').getByRole('button', { name: 'Try again' }).waitFor();
    expect(exchanges).toHaveLength(3);
  });

  it('shows that a server cannot be reached, and retries until stopped', async () => {
    const { url } = await startServer();
    await closeServers();
    const chat = await openChat({ models: {} });
    await chooseModels(chat, ['small'], `${url}/v1`);
    // The random pauses take as long as they can, so that they are seen.
    await chat.page.evaluate(() => Object.assign(Math, { random: () => 0.999 }));

    await chat.ask('Hello');
    await shows(chat.answerOf('small'), /No answer from .* Attempt [23] follows/su);
    await chat.button('Stop').click();

    await shows(chat.answerOf('small'), 'Stopped.');
  });
});
