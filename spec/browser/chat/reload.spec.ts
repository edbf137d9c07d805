import { createScript } from './create-script.js';
import { shows, useChat } from './open-chat.js';

const openChat = useChat();

describe('the chat page after a reload', () => {
  it('keeps a conversation, which can be continued', async () => {
    const { model, pieces } = createScript('Hello, *you*.');
    pieces.complete();
    const { answerOf, ask, button, page } = await openChat({ models: { small: model } });
    await ask('Who is there?');
    await button('Regenerate').waitFor();

    await page.reload();

    await shows(page.getByRole('log'), 'Who is there?');
    await shows(answerOf('small'), 'Hello, you.');
    await page.getByRole('link', { name: 'Who is there?' }).waitFor();
    await ask('And now?');
    await shows(page.getByRole('log'), /Prompt 2.*And now\?.*Hello, you\./su);
  });

  it('goes on with an unfinished answer, from the one request that was sent', async () => {
    const { model, pieces, over } = createScript('Half of an');
    const { answerOf, ask, button, exchanges, page } = await openChat({ models: { small: model } });
    await ask('Hello');
    await shows(answerOf('small'), 'Half of an');

    await page.reload();
    await shows(answerOf('small'), 'Half of an');
    pieces.next(' answer');
    await shows(answerOf('small'), 'Half of an answer');
    pieces.next(' is enough.');
    pieces.complete();
    await over;

    await button('Regenerate').waitFor();
    await shows(answerOf('small'), 'Half of an answer is enough.');
    expect(exchanges).toMatchObject([{ outcome: 'answered' }]);

    // What came after the reload is saved, too.
    await page.reload();
    await button('Regenerate').waitFor();
    await shows(answerOf('small'), 'Half of an answer is enough.');
    expect(exchanges).toHaveLength(1);
  });

  it('stops an answer that was taken up', async () => {
    const { model, over } = createScript('Half of an');
    const { answerOf, ask, button, exchanges, page } = await openChat({ models: { small: model } });
    await ask('Hello');
    await shows(answerOf('small'), 'Half of an');
    await page.reload();
    await button('Stop').click();
    await over;

    await shows(answerOf('small'), 'Stopped.');
    await button('Regenerate').waitFor();
    expect(exchanges).toMatchObject([{ outcome: 'aborted' }]);
  });

  it('offers earlier conversations, and deletes them after confirmation', async () => {
    const { model, pieces } = createScript('Yes.');
    pieces.complete();
    const { ask, button, page } = await openChat({ models: { small: model } });
    await ask('The first');
    await button('Regenerate').waitFor();
    await button('New conversation').click();
    await shows(page.getByRole('log'), 'Ask, and small will answer.');
    await ask('The second');
    await button('Regenerate').waitFor();

    await page.getByRole('link', { name: 'The first' }).click();
    await shows(page.getByRole('log'), 'The first');
    page.once('dialog', (dialog) => void dialog.accept());
    await button('Delete The first').click();

    await page.getByRole('link', { name: 'The first' }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'The second' }).waitFor();
    expect(await page.getByRole('article').count()).toBe(0);
  });
});
