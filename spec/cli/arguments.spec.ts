import { parseArguments } from '../../src/cli/arguments/parse-arguments.js';
import { UsageError } from '../../src/cli/errors.js';

describe('the argument parser', () => {
  const server = { baseURL: undefined, key: undefined, timeout: undefined };
  const display = { json: false, stream: true, delay: 0, stats: false };
  const nothing = {
    words: [],
    models: [],
    endpoint: 'chat',
    system: undefined,
    temperature: undefined,
    maxTokens: undefined,
    retries: 2,
    server,
    display,
  };

  it.each([
    ['nothing', [], nothing],
    [
      'words among options',
      ['one', '--stats', 'two'],
      { ...nothing, words: ['one', 'two'], display: { ...display, stats: true } },
    ],
    ['short options', ['-m', 'small', '-s', 'Be brief.'], { ...nothing, models: ['small'], system: 'Be brief.' }],
    [
      'long options',
      ['--model=small', '--base-url', 'https://localhost/v1', '--key', '@file'],
      { ...nothing, models: ['small'], server: { ...server, baseURL: 'https://localhost/v1', key: '@file' } },
    ],
    [
      'numbers',
      ['-t', '0.5', '--max-tokens', '20', '--timeout', '.5', '--retries', '0', '--delay=100'],
      {
        ...nothing,
        temperature: 0.5,
        maxTokens: 20,
        retries: 0,
        server: { ...server, timeout: 500 },
        display: { ...display, delay: 100 },
      },
    ],
    [
      'numbers with an exponent',
      ['--timeout', '1e9', '--delay', '1E3', '-t', '5e-1'],
      { ...nothing, temperature: 0.5, server: { ...server, timeout: 1e12 }, display: { ...display, delay: 1000 } },
    ],
    ['a value that begins with a dash', ['--system=-', '-s-'], { ...nothing, system: '-' }],
    ['several models', ['-m', 'small', '--model', 'large'], { ...nothing, models: ['small', 'large'] }],
    ['the legacy endpoint', ['--legacy'], { ...nothing, endpoint: 'completions' }],
    ['the name of a command after --', ['--', 'models'], { ...nothing, words: ['models'] }],
    [
      'the name of a command among other words',
      ['model', 'serve', 'models'],
      { ...nothing, words: ['model', 'serve', 'models'] },
    ],
    [
      'the name of a command that takes no words, after --',
      ['--', 'serve', '8080'],
      { ...nothing, words: ['serve', '8080'] },
    ],
    ['a command inside one argument', ['serve 8080'], { ...nothing, words: ['serve 8080'] }],
    ['chat after --', ['--', 'chat', 'Hi'], { ...nothing, words: ['chat', 'Hi'] }],
    ['chat after other words', ['Hi', 'chat'], { ...nothing, words: ['Hi', 'chat'] }],
    ['a mistyped command after --', ['--', 'serv'], { ...nothing, words: ['serv'] }],
    ['a mistyped command among other words', ['serv', 'it'], { ...nothing, words: ['serv', 'it'] }],
    ['words in one argument that resemble a command', ['a chat'], { ...nothing, words: ['a chat'] }],
    ['a word that resembles no command', ['hello'], { ...nothing, words: ['hello'] }],
    ['words that look like options', ['--', '-m', '--'], { ...nothing, words: ['-m', '--'] }],
  ])('accepts %s', (_, parameters, options) => {
    expect(parseArguments(parameters)).toEqual({ name: 'ask', options });
  });

  it.each([
    ['--help', 'help'],
    ['-h', 'help'],
    ['--version', 'version'],
    ['-v', 'version'],
  ])('accepts %s, whatever else is given', (option, name) => {
    expect(parseArguments(['Hi', option, '--model', ''])).toEqual({ name });
  });

  it.each([
    ['a command', ['serve', '--port', '1', '-h'], 'serve'],
    ['a command after it', ['--help', 'chat'], 'chat'],
    ['the name of a command after other words', ['Hi', 'chat', '-h'], undefined],
    ['a mistyped command', ['serv', '--help'], undefined],
  ])('accepts --help with %s', (_, parameters, command) => {
    expect(parseArguments(parameters)).toEqual({ name: 'help', command });
  });

  it.each<readonly [string, readonly string[], object]>([
    ['alone', ['chat'], {}],
    ['with a first prompt', ['chat', 'Hi', 'there'], { words: ['Hi', 'there'] }],
    ['with a first prompt that looks like an option', ['chat', '--', '--help', '--'], { words: ['--help', '--'] }],
    ['with options on both sides', ['-m', 'chat', 'chat', '-s', 'x'], { models: ['chat'], system: 'x' }],
  ])('accepts chat %s', (_, parameters, options) => {
    expect(parseArguments(parameters)).toEqual({ name: 'chat', options: { ...nothing, ...options } });
  });

  it('accepts models with options', () => {
    expect(parseArguments(['models', '--json', '--retries', '0'])).toEqual({
      name: 'models',
      options: { server, retries: 0, json: true },
    });
  });

  it('accepts serve with options', () => {
    const parameters = ['--port', '8080', '--models', 'echo, docs,echo', '--tokens-per-second=0', '--key', '@file'];

    expect(parseArguments(['serve', ...parameters, '--rate-limit', '3/10s'])).toEqual({
      name: 'serve',
      options: {
        port: 8080,
        models: ['echo', 'docs'],
        tokensPerSecond: 0,
        rateLimit: { requests: 3, window: 10_000 },
        key: '@file',
      },
    });
  });

  it.each([
    ['60/m', 60, 60_000],
    ['1/500ms', 1, 500],
    ['20/1.5h', 20, 5_400_000],
  ])('accepts the rate limit %s', (limit, requests, window) => {
    expect(parseArguments(['serve', '--rate-limit', limit])).toMatchObject({
      options: { rateLimit: { requests, window } },
    });
  });

  const address = 'must be a URL that begins with http:// or https://, such as http://localhost:11434/v1';

  it.each([
    ['an unknown option', ['--frobnicate'], 'Unknown option --frobnicate; put -- before words that begin with a dash'],
    ['a negative number', ['-1 + 1 = ?'], 'Unknown option -1; put -- before words that begin with a dash'],
    ['an option with a letter too many', ['--modell', 'x'], 'Unknown option --modell (did you mean --model?)'],
    ['an option with a letter too few', ['--retrys=3'], 'Unknown option --retrys (did you mean --retries?)'],
    [
      'an option spelled differently',
      ['--max_tokens', '3'],
      'Unknown option --max_tokens (did you mean --max-tokens?)',
    ],
    ['a shortened option', ['--temp', '3'], 'Unknown option --temp (did you mean --temperature?)'],
    [
      'a shortened option of prompts for serve',
      ['serve', '--temp', '1'],
      '--temp; put -- before words that begin with a dash',
    ],
    [
      'a shortened option of serve',
      ['serve', '--tokens', '3'],
      'Unknown option --tokens (did you mean --tokens-per-second?)',
    ],
    ['an ambiguous shortened option', ['--tokens', '3'], 'Unknown option --tokens (did you mean --max-tokens?)'],
    ['a shortened option for models', ['models', '--tim', '3'], 'Unknown option --tim (did you mean --timeout?)'],
    ['a letter too few in models', ['model'], "Unknown command 'model'; did you mean models?"],
    ['a letter too many in chat', ['chatt', '-t', '1'], 'To send it as a prompt: rxllm -- chatt'],
    [
      'help as a command',
      ['help'],
      "Unknown command 'help'; did you mean --help? To send it as a prompt: rxllm -- help",
    ],
    ['version as a command', ['version', '-t', '1'], "Unknown command 'version'; did you mean --version?"],
    ['a missing value', ['Hi', '--model'], '--model needs a value'],
    [
      'an option in place of a value',
      ['-m', '--stats'],
      '--model needs a value; if it begins with a dash, write --model=VALUE',
    ],
    ['a value for a switch', ['--stats=yes'], '--stats takes no value'],
    [
      'words for serve',
      ['serve', '8080'],
      'serve takes the port as --port N; to send those words as a prompt, put -- before',
    ],
    ['a prompt that begins with serve', ['serve', 'tea', '8080'], 'serve takes no arguments; to send those words'],
    ['words for serve with its port', ['serve', '8080', '--port', '0'], 'put -- before them: rxllm -- serve 8080'],
    ['words for serve after --', ['serve', '--', '80'], 'serve takes the port as --port N'],
    [
      'words for models',
      ['--json', 'models', 'extra'],
      'models takes no arguments; to send those words as a prompt, put --',
    ],
    ['many words for models', ['models', 'of '.repeat(20)], 'put -- before them: rxllm -- models …'],
    ['an option that models does not have', ['models', '-t', '1'], 'models has no option --temperature'],
    ['a switch that models does not have', ['models', '--no-stream'], 'models has no option --no-stream'],
    ['an option of serve for models', ['models', '--port', '1'], 'models has no option --port'],
    ['a temperature below 0', ['-t', '-1'], '--temperature must be a number, 0 or more'],
    ['a delay below 0', ['--delay', '-4'], '--delay must be a number of milliseconds from 0 to 60000'],
    ['an empty value', ['--system', ' ', 'Hi'], '--system needs a value'],
    ['a key file without a name', ['--key', '@'], '--key @ needs a file name'],
    ['a system message for --legacy', ['--legacy', '-s', 'Hi'], '--legacy has no system message'],
    ['--legacy for a conversation', ['chat', '--legacy'], 'chat has no option --legacy'],
    ['several models for a conversation', ['chat', '-m', 'a', '-m', 'b'], 'chat talks to one model'],
    ['a fraction of a retry', ['--retries', '0.5'], '--retries must be a whole number, 0 or more'],
    ['an empty model among others', ['-m', 'small', '-m', ''], '--model needs a value'],
    ['a port that does not exist', ['serve', '--port', '65536'], '--port must be a whole number from 0 to 65535'],
    [
      'an unknown built-in model',
      ['serve', '--models', 'echo,gpt'],
      'Unknown model gpt in --models; choose from docs, echo',
    ],
    [
      'an empty name in a list of models',
      ['serve', '--models', 'echo,'],
      'Empty name in --models; choose from docs, echo',
    ],
    ['a limit without a time', ['serve', '--rate-limit', '3'], '--rate-limit must be a number of requests and a time'],
    ['a limit in words', ['serve', '--rate-limit', '3 per s'], 'such as 3/10s, 60/m or 1/500ms'],
    ['a limit of 0', ['serve', '--rate-limit', '0/s'], '--rate-limit must be'],
    ['a limit in 0 s', ['serve', '--rate-limit', '3/0s'], '--rate-limit must be'],
    ['an option of serve for a prompt', ['--port', '80', 'Hi'], '--port is an option of rxllm serve only'],
    ['an option that serve does not have', ['serve', '-m', 'small'], 'serve has no option --model'],
    ['a temperature in words', ['-t', 'hot'], '--temperature must be a number, 0 or more, such as 0.7'],
    ['an infinite number', ['--timeout', 'Infinity'], '--timeout must be a number of seconds above 0'],
    ['a timeout of 0', ['--timeout', '0'], '--timeout must be a number of seconds above 0'],
    ['a fraction of a token', ['--max-tokens', '1.5'], '--max-tokens must be a whole number, 1 or more'],
    ['a delay above the maximum', ['--delay', '60001'], '--delay must be a number of milliseconds from 0 to 60000'],
    ['--json with --no-stream', ['--json', '--no-stream'], '--json and --no-stream exclude each other'],
    ['an address without http://', ['--base-url', 'localhost:11434/v1'], `--base-url ${address}`],
    ['an address of another protocol', ['--base-url', 'ftp://x'], `--base-url ${address}`],
    [
      'an endpoint in an address',
      ['--base-url', 'http://localhost/v1/chat/completions'],
      '--base-url must end before /chat/completions, since the client adds the endpoint',
    ],
    ['an incomplete address', ['--base-url', 'http://'], `--base-url ${address}`],
    [
      'a password in an address',
      ['--base-url', 'http://me:secret@localhost/v1'],
      '--base-url must not contain a user name',
    ],
  ])('refuses %s, in one line', (_, parameters, reason) => {
    const parse = (): unknown => parseArguments(parameters);

    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(reason);
    expect(parse).not.toThrow(/\n|secret/u);
  });

  it.each([
    [['--modell', 'x'], 'model'],
    [['--mode', 'x'], 'model'],
    [['serve', '--modles', 'x'], 'models'],
    [['--kez', 'x'], 'key'],
    [['--maxtokens', '3'], 'max-tokens'],
    [['--stream'], 'no-stream'],
    [['chat', '--jsn'], 'json'],
    [['--delya', '3'], 'delay'],
    [['--frobnicate'], undefined],
    [['--say'], undefined],
    [['--k'], undefined],
    [['--=x'], undefined],
  ])('answers %j with the suggestion %s', (parameters, name) => {
    const suggestion =
      name === undefined ? '; put -- before words that begin with a dash' : ` (did you mean --${name}?)`;

    expect(() => parseArguments(parameters)).toThrow(suggestion);
  });
});
