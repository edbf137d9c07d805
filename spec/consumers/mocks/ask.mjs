/* Puts a mock in place, before or after the package is imported, asks the server that it mocks, and prints what came. */
const [, , name, moment, baseURL] = process.argv;
const { origin } = new URL(baseURL);
const headers = { 'content-type': 'text/event-stream' };
const chunk = { id: 'chat-1', choices: [{ index: 0, delta: { content: 'mocked' }, finish_reason: 'stop' }] };
const body = `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`;

const mocks = {
  msw: async () => {
    const [{ http, HttpResponse }, { setupServer }] = [await import('msw'), await import('msw/node')];
    setupServer(http.post(`${baseURL}/chat/completions`, () => new HttpResponse(body, { headers }))).listen();
  },
  nock: async () => {
    const { default: nock } = await import('nock');
    nock(origin).post('/v1/chat/completions').reply(200, body, headers);
  },
  undici5: () => mockWith('undici5'),
  undici6: () => mockWith('undici6'),
  undici7: () => mockWith('undici7'),
  undici8: () => mockWith('undici8'),
};

async function mockWith(version) {
  const { MockAgent, setGlobalDispatcher } = await import(version);
  const agent = new MockAgent();
  agent.get(origin).intercept({ path: '/v1/chat/completions', method: 'POST' }).reply(200, body, { headers });
  setGlobalDispatcher(agent);
}

if (moment === 'before') {
  await mocks[name]();
}
const { createClient, textDeltas } = await import('rxllm');
const client = createClient({ baseURL });
if (moment === 'after') {
  await mocks[name]();
}
client
  .chat({ model: 'small', messages: [{ role: 'user', content: 'Hi' }] })
  .pipe(textDeltas())
  .subscribe({
    next: (text) => process.stdout.write(text),
    error: (error) => process.stdout.write(String(error)),
  });
