import { concatMap, from, of, timer } from 'rxjs';
import type { Page } from 'playwright-core';
import type { LocalModel } from '../../../src/local/index.js';
import { closeServers, startServer } from '../../support/loopback.js';
import { chooseModels, shows, useChat } from './open-chat.js';

const openChat = useChat();

afterEach(closeServers);

/** Attacks that a model may write; `trap` is the attacker's server, and `run()` the attacker's code. */
const payloads = (trap: string): readonly string[] => [
  `<script>run()</script>`,
  `<script src="${trap}/a.js"></script>`,
  `<img src="${trap}/b.png" onerror="run()">`,
  `<img src=x onerror=run()>`,
  `![image](${trap}/c.png)`,
  `![image](x "onerror=run()")`,
  `![a][b]\n\n[b]: ${trap}/d.png`,
  `<svg onload="run()"><image href="${trap}/e.png"/></svg>`,
  `<iframe srcdoc="<script>parent.run()</script>"></iframe>`,
  `<iframe src="javascript:parent.run()"></iframe>`,
  `<object data="${trap}/f"></object><embed src="${trap}/g">`,
  `<link rel="stylesheet" href="${trap}/h.css"><style>@import "${trap}/i.css";</style>`,
  `<p style="background:url(${trap}/j.png)">text</p>`,
  `<video autoplay poster="${trap}/k.png" src="${trap}/l" onerror="run()"></video>`,
  `<body onload="run()"><form action="${trap}/m"><input autofocus onfocus="run()"></form>`,
  `<meta http-equiv="refresh" content="0;url=${trap}/n"><base href="${trap}/">`,
  `<math><mtext><style><img src=x onerror="run()"></style></mtext></math>`,
  `<details open ontoggle="run()">text</details>`,
  `<a href="javascript:run()">link</a>`,
  `[link](javascript:run())`,
  `[link](JaVaScRiPt&colon;run())`,
  `[link](data:text/html,<script>run()</script>)`,
  `<javascript:run()>`,
  `[link][x]\n\n[x]: javascript:run()`,
  `[link](${trap}/o "\\" onmouseover=\\"run()")`,
  `\`\`\`"><img src=x onerror=run()>\ntext\n\`\`\``,
  `| a |\n|---|\n| <img src=x onerror=run()> |`,
  `<template><script>run()</script></template><noscript><img src=x onerror="run()"></noscript>`,
];

/** Creates a model that answers with a text in chunks of one character. */
const slowly =
  (text: string): LocalModel =>
  () =>
    from(Array.from(text)).pipe(concatMap((character) => timer(20).pipe(concatMap(() => of(character)))));

/** Watches a page for code that ran, requests beyond the API, policy violations, and dangerous elements in answers. */
async function watch(page: Page): Promise<() => Promise<readonly string[]>> {
  const found: string[] = [];
  const own = new URL(page.url()).origin;
  await page.exposeFunction('run', () => found.push('ran'));
  await page.exposeFunction('reportViolation', (what: string) => found.push(what));
  page.on('request', (request) => {
    if (!request.url().startsWith(`${own}/v1/`)) {
      found.push(`asked for ${request.url()}`);
    }
  });
  await page.evaluate(() => {
    const { reportViolation } = window as unknown as { reportViolation: (what: string) => void };
    addEventListener('securitypolicyviolation', (event) => {
      reportViolation(`tried ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  return async () => [...found, ...(await page.locator('main').evaluate(suspicious))];
}

/** Finds elements and attributes of rendered answers that could run or load something. */
function suspicious(root: Element): readonly string[] {
  const answers = [...root.querySelectorAll('.markdown *')];
  const allowed = /^(?:https?:|mailto:)/u;
  return answers
    .filter(
      (element) =>
        !/^(?:H\d|P|BR|HR|BLOCKQUOTE|UL|OL|LI|A|STRONG|EM|DEL|CODE|PRE|TABLE|THEAD|TBODY|TR|TH|TD|DIV|BUTTON)$/u.test(
          element.tagName,
        ) ||
        element
          .getAttributeNames()
          .some((name) => name.startsWith('on') || ['src', 'style', 'srcdoc'].includes(name)) ||
        (element instanceof HTMLAnchorElement &&
          element.hasAttribute('href') &&
          (!allowed.test(element.getAttribute('href') ?? '') || !element.relList.contains('noopener'))),
    )
    .map((element) => element.outerHTML);
}

const deeplyNested: Readonly<Record<string, string>> = {
  quotes: `${'>'.repeat(4000)} The end.`,
  lists: `${Array.from({ length: 1500 }, (_, level) => `${'  '.repeat(level)}- x`).join('\n')}\n\nThe end.`,
  emphasis: `${'**a '.repeat(5000)}The end.${' b**'.repeat(5000)}`,
};

describe('a hostile answer in the chat page', () => {
  it('neither runs nor loads anything while it streams character by character', async () => {
    const trap = await startServer();
    const texts = payloads(trap.url);
    const models = Object.fromEntries(texts.map((text, index) => [`model-${index}`, slowly(text)]));
    const chat = await openChat({ models });
    await chooseModels(chat, Object.keys(models));
    const problems = await watch(chat.page);

    await chat.ask('Hello');
    for (const model of Object.keys(models)) {
      await chat.answerOf(model).getByRole('button', { name: 'Regenerate' }).waitFor();
    }

    expect(await problems()).toEqual([]);
    expect(trap.connections).toBe(0);
  });

  it('neither runs nor loads anything wherever the answer is cut', async () => {
    const trap = await startServer();
    const texts = payloads(trap.url).flatMap((text) => Array.from(text, (_, end) => text.slice(0, end + 1)));
    const chat = await openChat({ models: {} });
    const problems = await watch(chat.page);

    await chat.page.evaluate((cut) => {
      const message = { role: 'assistant', reasoning: '', refusal: '', toolCalls: [], extra: {} };
      const turns = cut.map((content, index) => ({
        id: String(index + 1),
        prompt: 'Hello',
        reply: { status: 'stopped', message: { ...message, content } },
      }));
      const saved = { id: 'cut', title: 'Cut', updated: 1, lanes: [{ model: 'small', turns, timings: {} }] };
      localStorage.setItem('angular-chat/conversation/cut', JSON.stringify(saved));
      location.hash = '#cut';
    }, texts);
    await chat.page.getByRole('heading', { name: `Prompt ${texts.length}`, exact: true }).waitFor();

    expect(await chat.page.getByRole('article').count()).toBe(texts.length);
    expect(await problems()).toEqual([]);
    expect(trap.connections).toBe(0);
  });

  it.each(Object.keys(deeplyNested))('shows its text in deeply nested %s', async (name) => {
    const chat = await openChat({ models: { small: () => of(deeplyNested[name]!) } });

    await chat.ask('Hello');

    await shows(chat.answerOf('small'), 'The end.');
    await chat.button('Regenerate').waitFor();
    await chat.ask('Are you there?');
    await shows(chat.page.getByRole('log'), 'Are you there?');
  });
});
