import { type ComponentFixture, TestBed } from '@angular/core/testing';
import { provideClient } from 'rxllm/angular';
import { type FakeExchange, fakeTransport, type SentRequest } from 'rxllm/testing';
import { ChatApp } from '../app/chat-app';
import type { Settings } from '../app/settings/settings';

/** The server's answers for each model, in the order of the requests. */
export type Answers = Readonly<Record<string, readonly FakeExchange[]>>;

/** The page as a user sees it. Time is that of vitest's fake timers, which the spec advances. */
export class Page {
  private readonly fixture: ComponentFixture<ChatApp>;
  private readonly sent: readonly SentRequest[];

  constructor(fixture: ComponentFixture<ChatApp>, sent: readonly SentRequest[]) {
    this.fixture = fixture;
    this.sent = sent;
  }

  /** Lets time pass. */
  async pass(milliseconds: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(milliseconds);
  }

  async ask(prompt: string): Promise<void> {
    this.field.value = prompt;
    this.field.dispatchEvent(new Event('input'));
    await this.press('Enter');
  }

  /** Types into the field at a selector. */
  async fill(selector: string, text: string): Promise<void> {
    const field = this.find<HTMLInputElement>(selector);
    field.value = text;
    field.dispatchEvent(new Event('input'));
    await this.pass(20);
  }

  /** Submits a form, as Enter and its button do. */
  async submit(selector: string): Promise<void> {
    this.find(selector).dispatchEvent(new Event('submit', { cancelable: true }));
    await this.pass(20);
  }

  /** The first element at a selector. */
  find<T extends HTMLElement = HTMLElement>(selector: string): T {
    const found = this.element.querySelector<T>(selector);
    if (found === null) {
      throw new Error(`There is no ${selector}`);
    }
    return found;
  }

  async press(key: string, more: KeyboardEventInit = {}): Promise<void> {
    this.field.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
    await this.pass(20);
  }

  async click(name: string, place: Element = this.element): Promise<void> {
    const button = this.buttons(place).find(({ textContent }) => textContent.trim() === name);
    if (button === undefined) {
      throw new Error(`There is no button "${name}"; there are ${this.names(place).join(', ')}`);
    }
    button.click();
    await this.pass(20);
  }

  /** The names of the buttons in an element. */
  names(place: Element = this.element): readonly string[] {
    return this.buttons(place).map(({ textContent }) => textContent.trim());
  }

  /** The last answer of a model. */
  answer(model: string): Element {
    const articles = this.element.querySelectorAll(`article[aria-label="Answer of ${model}"]`);
    const last = [...articles].at(-1);
    if (last === undefined) {
      throw new Error(`${model} was not asked`);
    }
    return last;
  }

  /** The calls in the last answer of a model, as one line each. */
  calls(model: string): readonly string[] {
    return [...this.answer(model).querySelectorAll('.call')].map((card) =>
      [...card.querySelectorAll('p, summary, pre, button')].map(({ textContent }) => lineOf(textContent)).join(' '),
    );
  }

  /** The text of the last answer of a model, without its heading, its calls and its footer. */
  says(model: string): string {
    const parts = [...this.answer(model).querySelectorAll('.markdown, .note, .failure, .retry')];
    return parts
      .filter((part) => part.closest('.call') === null)
      .map(({ textContent }) => lineOf(textContent))
      .join(' | ');
  }

  /** The texts at a selector. */
  texts(selector: string): readonly string[] {
    return [...this.element.querySelectorAll(selector)].map(({ textContent }) => textContent.trim());
  }

  get field(): HTMLTextAreaElement {
    return this.element.querySelector('textarea') ?? document.createElement('textarea');
  }

  /** The saved settings. */
  get kept(): Settings {
    return JSON.parse(localStorage.getItem('angular-chat/settings') ?? '') as Settings;
  }

  /** The chat requests, in order. */
  get requests(): readonly SentRequest[] {
    return this.sent.filter(({ operation }) => operation === 'chat');
  }

  /** Destroys the page, as leaving it does. */
  close(): void {
    this.fixture.destroy();
    TestBed.resetTestingModule();
  }

  private get element(): Element {
    return this.fixture.nativeElement as Element;
  }

  private buttons(place: Element): readonly HTMLButtonElement[] {
    return [...place.querySelectorAll('button')];
  }
}

function lineOf(text: string): string {
  return text.replace(/\s+/gu, ' ').trim();
}

/** The server's answer to a request for its models. */
export function modelsOf(...names: readonly string[]): FakeExchange {
  return { body: { object: 'list', data: names.map((id) => ({ id, object: 'model' })) } };
}

/**
 * Opens the page on a server with these models, all of them chosen.
 *
 * @param lists The server's answers to requests for its models, in order; by default one, with these models.
 * @param saved Saved settings that differ from these.
 */
export async function openPage(
  answers: Answers,
  lists?: readonly FakeExchange[],
  saved: Partial<Settings> = {},
): Promise<Page> {
  const models = Object.keys(answers);
  const toList = [...(lists ?? [modelsOf(...models)])];
  localStorage.setItem('angular-chat/settings', JSON.stringify({ baseURL: '/v1', models, ...saved }));
  const turns = new Map(models.map((model) => [model, [...(answers[model] ?? [])]]));
  const transport = fakeTransport(({ operation, body }): FakeExchange => {
    if (operation !== 'chat') {
      return toList.shift() ?? { status: 404 };
    }
    const { model } = JSON.parse(String(body)) as { readonly model: string };
    return turns.get(model)?.shift() ?? { status: 404, body: { error: { message: `There is no more of ${model}.` } } };
  });
  TestBed.configureTestingModule({ providers: [provideClient({ baseURL: '/v1', transport })] });
  const page = new Page(TestBed.createComponent(ChatApp), transport.requests);
  await page.pass(20);
  return page;
}
