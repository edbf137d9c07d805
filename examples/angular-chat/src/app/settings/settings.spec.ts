import { TestBed } from '@angular/core/testing';
import { throwError } from 'rxjs';
import { provideClient } from 'rxllm/angular';
import { chunksOf } from 'rxllm/testing';
import { modelsOf, openPage } from '../../testing/open-page';
import { ServerModels } from './server-models';

describe('settings', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    localStorage.clear();
    history.replaceState(null, '', '#');
    // jsdom does not implement dialogs.
    HTMLDialogElement.prototype.showModal = function () {
      this.open = true;
    };
    HTMLDialogElement.prototype.close = function () {
      this.open = false;
    };
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  describe('an empty base URL', () => {
    it('is not saved', async () => {
      const page = await openPage({ small: [] });
      await page.click('Settings');

      await page.fill('#base-url', '');
      await page.submit('dialog form');

      expect(page.find<HTMLDialogElement>('dialog').open).toBe(true);
      expect(page.texts('#base-url-hint')).toEqual(['This is not a valid URL.']);
      expect(page.kept.baseURL).toBe('/v1');
    });

    it('is not used when an earlier version saved it', async () => {
      const page = await openPage({ small: [{ body: chunksOf('Yes') }] }, undefined, { baseURL: '' });

      await page.ask('Does it work?');
      await page.pass(1000);

      expect(page.says('small')).toBe('Yes');
      expect(new URL(page.requests[0]?.url ?? '', location.href).pathname).toBe('/v1/chat/completions');
    });
  });

  it('do not choose a model when the base URL changes and none was chosen', async () => {
    const page = await openPage({ small: [] }, [modelsOf('small'), modelsOf('other')], { models: [] });
    expect(page.texts('.models')).toEqual(['small']);
    await page.click('Settings');

    await page.fill('#base-url', '/relay/v1');
    await page.submit('dialog form');

    expect(page.kept).toEqual({ baseURL: '/relay/v1', models: [], lendsTools: true, asksFirst: true });
    expect(page.texts('.models')).toEqual(['other']);
  });

  it('keep the checkbox of an unlisted model, with the focus, when it is unchecked', async () => {
    const page = await openPage({ custom: [] }, [modelsOf('small')]);
    await page.click('Settings');
    const box = page.find<HTMLInputElement>('.choice + .choice input');
    box.focus();

    box.click();
    await page.pass(20);

    expect(page.texts('.choice')).toEqual(['small', 'custom']);
    expect(document.activeElement).toBe(box);
    expect(box.checked).toBe(false);
  });

  it('load models from the next base URL after the client refused one', () => {
    TestBed.configureTestingModule({
      providers: [provideClient({ baseURL: '/v1', transport: () => throwError(Error) })],
    });
    const server = TestBed.inject(ServerModels);

    server.load('');
    expect(server.problem()).toContain('baseURL');
    server.load('/v1');

    expect(server.problem()).not.toContain('baseURL');
  });
});
