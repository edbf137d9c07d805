import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chatChunk, finishChunk } from '../support/chunks.js';
import { closeServers, startServer, type LoopbackServer, type ServedExchange } from '../support/loopback.js';
import { beginStream, ending, event, piece, streamText } from './model-server.js';
import { type Ended, run, type RunHereConfig, type Running, start } from './run-here.js';
import { type RunningProgram, startProgram } from './run-program.js';

describe('rxllm --schema', () => {
  let server: LoopbackServer;
  let folder: string;

  beforeEach(async () => {
    server = await startServer();
    folder = mkdtempSync(join(tmpdir(), 'rxllm-'));
  });

  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await closeServers();
  });

  const city = { type: 'object', properties: { city: { type: 'string', minLength: 2 } }, required: ['city'] };
  const cities = { type: 'array', items: { type: 'string', maxLength: 9 }, maxItems: 3 };

  function ask(schema: object | string, parameters: readonly string[] = [], config?: RunHereConfig): Running {
    const text = typeof schema === 'string' ? schema : JSON.stringify(schema);
    const address = ['--base-url', `${server.url}/v1`, '-m', 'small', '--retries', '0'];
    return start([...address, '--schema', text, ...parameters, 'Hi'], config);
  }

  /** Asks, answers with a text, and returns how the run ended. */
  async function answer(schema: object, text: string, parameters?: readonly string[]): Promise<Ended> {
    const { ended } = ask(schema, parameters);
    streamText(await server.next(), ...text.split(/(?<=,)/u));
    return ended;
  }

  const sent = ({ body }: ServedExchange): unknown => JSON.parse(body);
  const asked = (schema: object, strict = true): object => ({
    response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict } },
  });
  const failed = (line: string, code = 1): Ended => ({ code, stdout: '', stderr: `rxllm: ${line}\n` });

  it('asks for JSON of the schema, and prints it in one line when it is complete', async () => {
    const { ended, stdout } = ask(city);
    const exchange = await server.next();
    beginStream(exchange, piece('{ "city":\n'));
    exchange.write(piece('"Oslo" }\n'));
    expect(stdout()).toBe('');
    exchange.end(ending);

    expect(await ended).toEqual({ code: 0, stdout: '{"city":"Oslo"}\n', stderr: '' });
    expect(sent(exchange)).toMatchObject(
      asked({ ...city, properties: { city: { type: 'string' } }, additionalProperties: false }),
    );
  });

  it('reads the schema from a file', async () => {
    const file = join(folder, 'city.json');
    writeFileSync(file, `\uFEFF${JSON.stringify(city)}\n`);
    const { ended } = ask(file);
    streamText(await server.next(), '{"city":"Oslo"}');

    expect(await ended).toMatchObject({ code: 0, stdout: '{"city":"Oslo"}\n' });
  });

  it('prints several lines to a terminal', async () => {
    const { ended } = ask(city, [], { terminals: ['stdout'] });
    streamText(await server.next(), '{"city":"Oslo"}');

    expect(await ended).toMatchObject({ code: 0, stdout: '{\n  "city": "Oslo"\n}\n' });
  });

  it('asks over /responses, too', async () => {
    const { ended } = ask(city, ['--responses']);
    const exchange = await server.next();
    const response = { id: 'resp_1', object: 'response', status: 'completed', output: [] };
    beginStream(
      exchange,
      event({ type: 'response.created', sequence_number: 0, response: { ...response, status: 'in_progress' } }),
      event({
        type: 'response.output_text.delta',
        sequence_number: 1,
        item_id: 'msg_1',
        output_index: 0,
        content_index: 0,
        delta: '{"city":"Oslo"}',
      }),
      event({ type: 'response.completed', sequence_number: 2, response }),
    );
    exchange.end();

    expect(await ended).toEqual({ code: 0, stdout: '{"city":"Oslo"}\n', stderr: '' });
    expect(sent(exchange)).toMatchObject({ text: { format: { type: 'json_schema', name: 'answer', strict: true } } });
  });

  it('puts a schema of a list into that of an object, and prints the list', async () => {
    const tree = { type: 'array', items: { type: 'object', properties: { sub: { $ref: '#' } }, required: ['sub'] } };
    const { ended } = ask({ ...tree, $defs: { id: { type: 'integer' } } });
    const exchange = await server.next();
    streamText(exchange, '{"answer":[{"sub":[]}]}');

    expect(await ended).toEqual({ code: 0, stdout: '[{"sub":[]}]\n', stderr: '' });
    const items = { properties: { sub: { $ref: '#/properties/answer' } }, additionalProperties: false };
    expect(sent(exchange)).toMatchObject(
      asked({
        type: 'object',
        properties: { answer: { type: 'array', items } },
        required: ['answer'],
        additionalProperties: false,
        $defs: { id: { type: 'integer' } },
      }),
    );
  });

  it('takes the list alone of a server that ignores the schema', async () => {
    expect(await answer(cities, 'Here:\n```json\n["Oslo"]\n```')).toMatchObject({ code: 1 });
    expect(await answer(cities, '```json\n["Oslo"]\n```')).toEqual({ code: 0, stdout: '["Oslo"]\n', stderr: '' });
  });

  it('sends what strict output cannot hold as it is, says so, and checks the answer', async () => {
    const optional = { ...city, required: [], $comment: 'kept' };
    const { ended } = ask(optional);
    const exchange = await server.next();
    streamText(exchange, '{}');

    expect(await ended).toEqual({
      code: 0,
      stdout: '{}\n',
      stderr: 'The server is not asked to enforce the schema, because "city" is optional or has a default.\n',
    });
    expect(sent(exchange)).toMatchObject(asked(optional, false));
  });

  it('does not forbid the properties of an object that lists none', async () => {
    const { ended } = ask({ type: 'object', required: ['city'] });
    const exchange = await server.next();
    streamText(exchange, '{"city":"Oslo"}');

    expect(await ended).toEqual({
      code: 0,
      stdout: '{"city":"Oslo"}\n',
      stderr: 'The server is not asked to enforce the schema, because it lists no properties.\n',
    });
    expect(sent(exchange)).toMatchObject(asked({ type: 'object', required: ['city'] }, false));
  });

  it.each<readonly [string, object, string, string]>([
    ['is not JSON', city, 'Oslo', 'The answer is not JSON.'],
    ['ends early', city, '{"city":"Oslo"', 'The answer is not JSON.'],
    [
      'lacks a property',
      city,
      '{}',
      'The answer does not fit the schema: Instance does not have required property "city".',
    ],
    [
      'breaks a rule that strict output drops',
      city,
      '{"city":"O"}',
      'The answer does not fit the schema at .city: String is too short (1 < 2).',
    ],
    [
      'is wrong inside a list',
      cities,
      '{"answer":["Oslo",7]}',
      'The answer does not fit the schema at [1]: Instance type "number" is invalid. Expected "string".',
    ],
    [
      'has a property too many',
      { ...city, additionalProperties: false },
      '{"city":"Oslo","land\\u001b[31m":"No"}',
      'The answer does not fit the schema: Property "land" does not match additional properties schema.',
    ],
  ])('fails when the answer %s', async (_, schema, text, line) => {
    expect(await answer(schema, text)).toEqual(failed(`${line} Rephrase the prompt, or choose another --model.`));
  });

  it('fails when the answer was cut off at the token limit', async () => {
    const { ended } = ask(city, ['--stats']);
    const exchange = await server.next();
    beginStream(exchange, piece('{"city":"Oslo"}'));
    exchange.end(`${event(finishChunk('length'))}data: [DONE]\n\n`);

    expect(await ended).toEqual(
      failed('The answer was cut off at the token limit: raise --max-tokens, or ask for less.'),
    );
  });

  it('fails when the model refuses', async () => {
    const { ended } = ask(city);
    const exchange = await server.next();
    beginStream(exchange, event(chatChunk({ refusal: 'Not that; never.' })));
    exchange.end(ending);

    expect(await ended).toEqual(
      failed('The model refused: Not that; never. Rephrase the prompt, or choose another --model.'),
    );
  });

  it('labels the answers of several models', async () => {
    const { ended } = ask(city, ['-m', 'large'], { terminals: ['stdout'] });
    streamText(await server.next(), '{"city":"Oslo"}');
    streamText(await server.next(), '{"city":"Oslo"}');

    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(stdout.split('\n').sort()).toEqual(['', 'large │ {"city":"Oslo"}', 'small │ {"city":"Oslo"}']);
  });

  const draft = (name: string): string => `http://json-schema.org/${name}/schema#`;
  const tuple = (schema: object): object => ({ type: 'object', properties: { pair: { items: false, ...schema } } });

  it.each<readonly [string, object, string, string]>([
    [
      'draft 4',
      { $schema: draft('draft-04'), type: 'object', properties: { n: { minimum: 1, exclusiveMinimum: true } } },
      '{"n":2}',
      '{"n":1}',
    ],
    [
      'draft 7',
      { $schema: draft('draft-07'), $ref: '#/definitions/x', definitions: { x: { required: ['n'] } } },
      '{"n":1}',
      '{"m":1}',
    ],
    ['no draft, around an example', { required: ['n'], example: { type: 'Feature', enum: 3 } }, '{"n":1}', '{}'],
    ['2020-12', tuple({ prefixItems: [{ type: 'string' }] }), '{"pair":["a"]}', '{"pair":["a","b"]}'],
  ])('checks by the rules of %s', async (_, schema, right, wrong) => {
    expect(await answer(schema, right)).toMatchObject({ code: 0, stdout: `${right}\n` });
    expect(await answer(schema, wrong)).toMatchObject({ code: 1, stdout: '' });
  });

  it.each<readonly [string, readonly string[], string]>([
    ['text', ['--schema', '{city: string}'], '--schema is not JSON: Expected property name'],
    ['a list', ['--schema', 'FILE'], '--schema must be a JSON schema that is an object, such as {"type":"object"}'],
    ['a reference to nowhere', ['--schema', '{"$ref":"#/$defs/x"}'], '--schema refers to #/$defs/x, which it does not'],
    ['an invalid pattern', ['--schema', '{"type":"string","pattern":"["}'], '--schema is invalid: Invalid regular exp'],
    [
      'a misspelt type',
      ['--schema', '{"type":"object","properties":{"a":{"type":["strin"]}}}'],
      '--schema is invalid: "type" must be one of array, boolean, integer, null, number, object, string, or a list of',
    ],
    [
      'a property without a schema',
      ['--schema', '{"properties":{"a":null}}'],
      '"properties" must be an object of schemas',
    ],
    ['a choice of nothing', ['--schema', '{"items":{"enum":3},"type":"array"}'], '"enum" must be a list'],
    ['names that are no list', ['--schema', '{"required":"a"}'], '"required" must be a list of names'],
    ['standard input', ['--schema', '-'], '--schema takes a file or JSON: standard input is for the prompt'],
    ['nothing', ['--schema='], '--schema needs a value'],
    ['--json', ['--schema', '{}', '--json'], '--json and --schema exclude each other'],
    ['--legacy', ['--schema', '{}', '--legacy'], '--legacy and --schema exclude each other'],
    ['chat', ['chat', '--schema', '{}'], 'chat has no option --schema'],
    ['models', ['models', '--schema', '{}'], 'models has no option --schema'],
    ['--json-lines alone', ['--json-lines'], '--json-lines needs --schema'],
    ['--json-lines and --no-stream', ['--schema', '{}', '--json-lines', '--no-stream'], 'exclude each other'],
    [
      '--json-lines for an object without a list',
      ['--json-lines', '--schema', JSON.stringify(city)],
      '--json-lines needs a --schema of type array, or of an object with one property of type array',
    ],
    [
      '--json-lines for an object with two lists',
      ['--json-lines', '--schema', JSON.stringify({ type: 'object', properties: { a: cities, b: cities } })],
      '--json-lines needs a --schema of type array',
    ],
  ])('refuses %s before anything is sent', async (_, parameters, reason) => {
    const file = join(folder, 'list.json');
    writeFileSync(file, '[]');
    const given = parameters.map((text) => (text === 'FILE' ? file : text));
    const words = ['chat', 'models'].includes(given[0]!) ? [] : ['Hi'];
    const { code, stdout, stderr } = await run([...given, ...words, '--base-url', `${server.url}/v1`]);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(reason);
    expect(stderr).toMatch(/^rxllm: [^\n]+ See rxllm --help\.\n$/u);
    expect(server.requests).toBe(0);
  });

  it('names a file that cannot be read', async () => {
    const stderr = expect.stringMatching(
      /^rxllm: Cannot read the schema file \/no\/such \([^\n]*\)\. Check --schema\.\n$/u,
    );

    expect(await ask('/no/such').ended).toEqual({ code: 1, stdout: '', stderr: stderr as string });
  });

  describe('with --json-lines', () => {
    const list = { type: 'object', properties: { title: { type: 'string' }, cities }, required: ['title', 'cities'] };

    it.each<readonly [string, object, string]>([
      ['a list', cities, 'answer'],
      ['the only list of an object', list, 'cities'],
    ])('prints each item of %s in a line, as it completes', async (_, schema, name) => {
      const { ended, shows, stdout } = ask(schema, ['--json-lines'], { terminals: ['stdout'] });
      const exchange = await server.next();
      beginStream(exchange, piece(`{"title":"Cities","${name}":["Oslo","Ro`));
      await shows('"Oslo"\n');
      expect(stdout()).toBe('"Oslo"\n');
      exchange.end(piece('me"]}') + ending);

      expect(await ended).toEqual({ code: 0, stdout: '"Oslo"\n"Rome"\n', stderr: '' });
    });

    it('takes the list alone of a server that ignores the schema, item by item', async () => {
      const { ended, shows } = ask(cities, ['--json-lines']);
      const exchange = await server.next();
      beginStream(exchange, piece('``'), piece('`json\n["Oslo",'));
      await shows('"Oslo"\n');
      exchange.end(piece('"Rome"]\n```') + ending);

      expect(await ended).toEqual({ code: 0, stdout: '"Oslo"\n"Rome"\n', stderr: '' });
    });

    it('fails when the answer has no list at all', async () => {
      expect(await answer(cities, 'Oslo, Rome', ['--json-lines'])).toEqual(
        failed('The answer is not JSON. Rephrase the prompt, or choose another --model.'),
      );
    });

    it('follows the references of items', async () => {
      const schema = { type: 'array', items: { $ref: '#/$defs/n' }, $defs: { n: { type: 'integer' } } };

      expect(await answer(schema, '{"answer":[1,2,2.5]}', ['--json-lines'])).toEqual({
        code: 1,
        stdout: '1\n2\n',
        stderr: expect.stringMatching(
          /^rxllm: The answer does not fit the schema at \.answer\[2\]: [^\n]+\n$/u,
        ) as string,
      });
    });

    function askProgram(): RunningProgram {
      const address = ['--base-url', `${server.url}/v1`, '-m', 'small'];
      return startProgram([...address, '--json-lines', '--schema', JSON.stringify(cities), 'Hi']);
    }

    it('keeps what is printed on Ctrl-C', async () => {
      const { child, shows, ended } = askProgram();
      const exchange = await server.next();
      beginStream(exchange, piece('{"answer":["Oslo","Ro'));
      await shows('"Oslo"\n');
      child.kill('SIGINT');

      expect(await exchange.over).toBe('cut');
      expect(await ended).toEqual({ code: 130, stdout: '"Oslo"\n', stderr: '' });
    });

    it('stops silently when nobody reads the items any more', async () => {
      const { child, shows, ended } = askProgram();
      const exchange = await server.next();
      beginStream(exchange, piece('{"answer":["Oslo",'));
      await shows('"Oslo"\n');
      child.stdout.destroy();
      exchange.write(piece('"Rome",'));

      expect(await exchange.over).toBe('cut');
      expect(await ended).toEqual({ code: 0, stdout: '"Oslo"\n', stderr: '' });
    });
  });
});
