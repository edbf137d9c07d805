/*
 * Builds and prerenders an application, serves it, and hydrates its pages in Chromium. While a server renders, nothing may be
 * sent; the browser asks afterwards, once.
 */
import assert from 'node:assert/strict';
import { createReadStream, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { launchChromium } from '../../browser/launch-chromium.ts';
import { startModelServer } from './model-server.mjs';

const models = { answering: /done Hello world/u, endless: /streaming Hello and and/u, silent: /waiting/u };
/** The places of a page that show an answer as a view, and those that show its text. */
const views = ['signal', 'async', 'resource', 'far', 'http', 'conversation'];
const texts = ['raw', 'raw-resource'];

export default async function check({ folder, run }) {
  let render;
  const server = await startModelServer((...exchange) => serve(folder, render, ...exchange));
  const far = await startModelServer((_request, _response, next) => next());
  const takeRequests = () => [...server.takeRequests(), ...far.takeRequests()];
  const logs = watchConsole();
  let browser;
  try {
    writeFileSync(join(folder, 'src/app/readme-examples.ts'), readmeExamples());
    const define = ['--define', `MODEL_URL='${far.url}/v1'`];
    const built = await run('npx', 'ng', 'build', ...define);
    assert.doesNotMatch(built, /NG0\d+/u, 'warnings of the build');
    assert.match(built, /Prerendered 4 static routes/u);
    assert.deepEqual(takeRequests(), [], 'requests of the build');
    assert.match(readFileSync(join(folder, 'dist/browser/paid-early/index.html'), 'utf8'), /failed <[^]*absolute URL/u);

    // Only an optimized build warns of modules that are not ESM, and only one that is not checks hydration in detail.
    const optimized = await run('npx', 'ng', 'build', '--optimization', '--output-path', 'optimized', ...define);
    assert.doesNotMatch(optimized, /WARNING/u);
    assert.deepEqual(takeRequests(), [], 'requests of the optimized build');

    ({ reqHandler: render } = await import(pathToFileURL(join(folder, 'dist/server/server.mjs')).href));
    browser = await launchChromium();
    const page = await browser.newPage();
    const shown = [];
    page.on('console', (message) => shown.push(message.text()));
    page.on('pageerror', (error) => shown.push(`NG0 uncaught: ${error}`));

    for (const [model, expected] of Object.entries(models)) {
      for (const path of [`/prerendered/${model}`, `/rendered/${model}`]) {
        await checkRendered(server.url + path, takeRequests);
        await page.goto(server.url + path);
        await Promise.all(views.map((id) => isShown(page, id, expected)));
        await Promise.all(texts.map((id) => isShown(page, id, model === 'silent' ? /^$/u : /^Hello/u)));
        const asked = [...views, ...texts].map(() => model);
        assert.deepEqual(await gather(takeRequests, asked.length), asked, `requests of ${path}`);
      }
    }

    await page.goto(`${server.url}/readme`);
    await Promise.all(['signal', 'async', 'resource'].map((id) => isShown(page, id, /done Hello world/u)));
    await page.locator('app-chat input').fill('Hello!');
    await page.keyboard.press('Enter');
    await page.locator('app-chat p', { hasText: 'Hello world' }).waitFor();
    takeRequests();

    const paid = await (await fetch(`${server.url}/paid`)).text();
    assert.match(textOf(paid, 'paid'), /done Hello world/u);
    assert.match(textOf(paid, 'paid-conversation'), /done Hello world/u);
    assert.deepEqual(server.takeRequests(), ['answering', 'answering']);

    const all = [...logs, ...shown].join('\n');
    assert.match(all, /hydrated \d+ component/u);
    assert.doesNotMatch(all, /NG0\d+|NG0 uncaught|NG0991/u);
  } finally {
    logs.restore();
    await browser?.close();
    server.close();
    far.close();
  }
}

/** Checks what the server sends: the first state of everything, at once and without a request. */
async function checkRendered(url, takeRequests) {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  const html = await response.text();
  assert.equal(response.status, 200, url);
  views.forEach((id) => assert.match(textOf(html, id), /^waiting\s*$/u, `${id} of ${url}`));
  texts.forEach((id) => assert.equal(textOf(html, id).trim(), '', `${id} of ${url}`));
  assert.doesNotMatch(html, /<button/u, `the status of ${url}`);
  assert.deepEqual(takeRequests(), [], `requests of the server for ${url}`);
}

/** Returns the examples for Angular in the README as a module of the application. */
function readmeExamples() {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const section = /^## Use it in Angular\n(.*?)^## /msu.exec(readme)[1];
  const [first, second] = [...section.matchAll(/^```ts\n(.*?)^```/gmsu)].map(([, code]) => code);
  const code = first.slice(first.indexOf('@Component')) + second.slice(second.indexOf('class Answer'));
  return `import { Component, signal } from '@angular/core';
import { rxResource, toObservable, toSignal } from '@angular/core/rxjs-interop';
import { EMPTY, map, switchMap, timer } from 'rxjs';
import { accumulateView, promptText, throttleRender } from 'rxllm';
import { injectClient, injectConversation } from 'rxllm/angular';
const model = 'answering';
${code.replaceAll(/^class /gmu, 'export class ')}`;
}

/** Waits for so many requests. If there are more, the check of the next page finds them. */
async function gather(takeRequests, count) {
  const deadline = Date.now() + 10_000;
  const requests = takeRequests();
  while (requests.length < count && Date.now() < deadline) {
    await setTimeout(20);
    requests.push(...takeRequests());
  }
  return requests;
}

function textOf(html, id) {
  return (
    new RegExp(`<p[^>]* id="${id}"[^>]*>([^<]*)</p>`, 'u').exec(html.replaceAll(/<!--.*?-->/gu, ''))?.[1] ??
    `nothing with the id ${id}`
  );
}

function isShown(page, id, expected) {
  return page.locator(`#${id}`).filter({ hasText: expected }).waitFor({ state: 'attached', timeout: 10_000 });
}

function serve(folder, render, request, response, next) {
  const file = join(folder, 'dist/browser', new URL(request.url, 'http://localhost').pathname);
  const isFile = ['.js', '.css'].includes(extname(file)) && existsSync(file);
  if (isFile) {
    response.setHeader('content-type', extname(file) === '.js' ? 'text/javascript' : 'text/css');
    createReadStream(file).pipe(response);
  } else {
    render(request, response, next);
  }
}

/** Gathers what the server of the application logs. */
function watchConsole() {
  const { log, warn, error } = console;
  const lines = [];
  console.log = console.warn = console.error = (...values) => lines.push(values.join(' '));
  return Object.assign(lines, { restore: () => Object.assign(console, { log, warn, error }) });
}
