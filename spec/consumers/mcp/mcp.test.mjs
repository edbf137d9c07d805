/* Uses servers of each generation of the SDK, in this process and in one of their own. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { filter, firstValueFrom, lastValueFrom, map, of, tap, toArray } from 'rxjs';
import { createClient, runTools } from 'rxllm';
import { startLocalServer } from 'rxllm/local';
import { mcpTools } from 'rxllm/mcp';
import { generations, load } from './generations.mjs';
import { createServer } from './server.mjs';

const names = ['echo', 'slow_progress', 'finish', 'hang', 'cancelled', 'fail', 'refuse', 'parts', 'die', 'grow'];
const progress = [1, 2, 3].map((done) => ({ progress: done, total: 3 }));
const context = { call: { id: '1', name: 'any' }, turn: 0, signal: new AbortController().signal };

for (const generation of generations) {
  const sdk = await load(generation);

  describe(`${generation} in this process`, () => {
    checkTools(async () => {
      const [here, there] = sdk.InMemoryTransport.createLinkedPair();
      await createServer(sdk).connect(there);
      return connect(here);
    });
  });

  describe(`${generation} over stdio`, () => {
    const connectToProcess = () =>
      connect(
        new sdk.StdioClientTransport({
          command: process.execPath,
          args: [fileURLToPath(new URL('server.mjs', import.meta.url)), generation],
        }),
      );

    checkTools(connectToProcess);

    it('ends a call with an error when the server dies', async () => {
      const client = await connectToProcess();
      const { call } = await toolsOf(client);

      await assert.rejects(lastValueFrom(call('die')), /closed/iu);
      await assert.rejects(firstValueFrom(mcpTools(client)), /connected|closed/iu);
      await client.close();
    });
  });

  async function connect(transport) {
    const client = new sdk.Client({ name: 'specs', version: '1' });
    await client.connect(transport);
    return client;
  }
}

/** Checks what does not depend on the transport. */
function checkTools(connect) {
  let client;
  before(async () => {
    client = await connect();
  });
  after(() => client.close());

  it('lists all pages, and calls with arguments', async () => {
    const { tools, call } = await toolsOf(client, { prefix: 'x-' });

    assert.deepEqual(
      [...tools.keys()],
      names.map((name) => `x-${name}`),
    );
    assert.deepEqual(tools.get('x-echo').parameters, { type: 'object', properties: {} });
    assert.equal(await lastValueFrom(call('x-echo', { words: ['a', 'b'] })), 'a b');
  });

  it('emits progress, and the parts of a result', async () => {
    const { call } = await toolsOf(client);
    const finishing = tap((value) => value.progress === 3 && call('finish').subscribe());

    assert.deepEqual(await lastValueFrom(call('slow_progress').pipe(finishing, toArray())), [
      ...progress,
      'Slowly done',
    ]);
    assert.equal(
      await lastValueFrom(call('parts')),
      'A dot:\n{"type":"image","data":"iVBORw0KGgo=","mimeType":"image/png"}',
    );
  });

  it('fails with the text of an error, and with what the server refuses', async () => {
    const { call } = await toolsOf(client);

    await assert.rejects(lastValueFrom(call('fail')), { message: 'No such city' });
    await assert.rejects(lastValueFrom(call('refuse')), /Not now$/u);
  });

  it('cancels a call at the server when it is unsubscribed, and no other', async () => {
    const { call } = await toolsOf(client);

    await firstValueFrom(call('echo', { words: [] }));
    await firstValueFrom(call('hang'));
    assert.equal(await firstValueFrom(call('cancelled')), 'hang');
  });

  it('ends a call after its timeout', async () => {
    const { call } = await toolsOf(client, { timeout: 1000 });

    await assert.rejects(lastValueFrom(call('hang')), /timed out/iu);
  });

  it('lists again when the list has changed, for each subscriber', async () => {
    const { call } = await toolsOf(client);
    const grown = (source) =>
      source.pipe(
        map((tools) => tools.at(-1).name),
        filter((name) => name.includes('grown')),
      );
    const lists = [mcpTools(client), mcpTools(client, { prefix: 'x-' })].map((source) => firstValueFrom(grown(source)));

    await lastValueFrom(call('grow'));
    assert.deepEqual(await Promise.all(lists), ['grown', 'x-grown']);
  });

  for (const api of ['chat', 'responses']) {
    it(`lends its tools to a run over ${api}`, async (test) => {
      const { tools, call } = await toolsOf(client);
      const server = await startLocalServer({ models: { caller } });
      test.after(() => server.close());
      const models = createClient({ baseURL: server.url });
      const prompt = [{ role: 'user', content: 'Go' }];
      const request = { model: 'caller', ...(api === 'chat' ? { messages: prompt } : { input: prompt }) };
      const finishing = tap(({ value }) => value?.progress === 3 && call('finish').subscribe());

      const run = runTools(models, { api, request, tools: [...tools.values()] });
      const events = await lastValueFrom(run.pipe(finishing, toArray()));
      const ofType = (type) => events.filter((event) => event.type === type);

      assert.deepEqual(
        ofType('progress').map(({ value }) => value),
        [...progress, 'Slowly done'],
      );
      assert.deepEqual(
        ofType('result').map(({ content }) => content),
        ['Slowly done'],
      );
      assert.deepEqual(
        ofType('failure').map(({ reason, content }) => [reason, content]),
        [['thrown', 'No such city']],
      );
      assert.equal(ofType('turn').at(-1).message.content, 'I was told: Slowly done, No such city');
    });
  }
}

/** Calls two tools, and answers with what they tell. */
function caller({ messages }) {
  const told = messages.filter(({ role }) => role === 'tool').map(({ content }) => content);
  const call = (name, index) => ({ index, id: name, type: 'function', function: { name, arguments: '{}' } });
  return told.length > 0
    ? of(`I was told: ${told.join(', ')}`)
    : of({ tool_calls: ['slow_progress', 'fail'].map(call) });
}

async function toolsOf(client, config) {
  const listed = await firstValueFrom(mcpTools(client, config));
  const tools = new Map(listed.map((tool) => [tool.name, tool]));
  return { tools, call: (name, args = {}) => tools.get(name).run(args, context) };
}
