import { createScript } from './create-script.js';
import { shows, useChat } from './open-chat.js';

const openChat = useChat();

describe('tabs with the chat page', () => {
  it('share conversations, and their deletion', async () => {
    const { model, pieces } = createScript('Yes.');
    pieces.complete();
    const { ask, button, page } = await openChat({ models: { small: model } });
    await ask('The first');
    await button('Regenerate').waitFor();
    await page.getByRole('link', { name: 'The first' }).waitFor();
    const other = await page.context().newPage();
    await other.goto(page.url());
    await shows(other.getByRole('log'), 'The first');

    await ask('The second');
    await shows(other.getByRole('log'), /The second.*Yes\./su);
    await other.getByRole('textbox', { name: 'Message' }).fill('The third');
    await other.keyboard.press('Enter');

    await shows(page.getByRole('log'), /The first.*The second.*The third.*Yes\./su);
    await page.reload();
    await shows(page.getByRole('log'), /The first.*The second.*The third.*Yes\./su);

    page.once('dialog', (dialog) => void dialog.accept());
    await button('Delete The first').click();
    await shows(other.getByRole('log'), 'Ask, and small will answer.');
    await other.close();
    expect(
      await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('/conversation/'))),
    ).toEqual([]);
  });
});
