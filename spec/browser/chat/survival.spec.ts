import { createScript } from './create-script.js';
import { shows, useChat } from './open-chat.js';

const openChat = useChat();

describe('an answer in the chat page', () => {
  it('goes on while another conversation is open', async () => {
    const { model, pieces, over } = createScript('Half of an');
    const { answerOf, ask, button, exchanges, page } = await openChat({ models: { small: model } });
    await ask('The first');
    await shows(answerOf('small'), 'Half of an');

    await button('New conversation').click();
    await shows(page.getByRole('log'), 'Ask, and small will answer.');
    pieces.next(' answer.');
    pieces.complete();
    await over;
    await page.getByRole('link', { name: 'The first' }).click();

    await button('Regenerate').waitFor();
    await shows(answerOf('small'), 'Half of an answer.');
    expect(exchanges).toMatchObject([{ outcome: 'answered' }]);
  });

  it('ends when its conversation is deleted', async () => {
    const { model, over } = createScript('Half of an');
    const { answerOf, ask, button, exchanges, page } = await openChat({ models: { small: model } });
    await ask('The first');
    await shows(answerOf('small'), 'Half of an');

    page.once('dialog', (dialog) => void dialog.accept());
    await button('Delete The first').click();
    await over;

    await shows(page.getByRole('log'), 'Ask, and small will answer.');
    expect(exchanges).toMatchObject([{ outcome: 'aborted' }]);
  });

  it('is whole after the network was lost', async () => {
    const { model, pieces, over } = createScript('Half of an');
    const { answerOf, ask, button, cutConnections, exchanges, page } = await openChat({ models: { small: model } });
    await ask('Hello');
    await shows(answerOf('small'), 'Half of an');

    await page.context().setOffline(true);
    cutConnections();
    pieces.next(' answer.');
    pieces.complete();
    await over;
    // The page has noticed, and fails to connect again.
    await page.waitForEvent('requestfailed', (failed) => failed.url().includes('/streams/'));
    await page.context().setOffline(false);

    await button('Regenerate').waitFor();
    await shows(answerOf('small'), 'Half of an answer.');
    expect(exchanges).toMatchObject([{ outcome: 'answered' }]);
  });
});
