import { parseArguments } from '../../src/cli/parse-arguments.js';
import { UsageError } from '../../src/cli/usage-error.js';

const nothing = { words: [], model: undefined, system: undefined, baseURL: undefined, stats: false };

it.each([
  ['nothing', [], nothing],
  ['words, among options', ['one', '--stats', 'two'], { ...nothing, words: ['one', 'two'], stats: true }],
  ['short options', ['-m', 'small', '-s', 'Be brief.'], { ...nothing, model: 'small', system: 'Be brief.' }],
  [
    'long options',
    ['--model=small', '--base-url', 'https://localhost/v1'],
    { ...nothing, model: 'small', baseURL: 'https://localhost/v1' },
  ],
  ['words that look like options', ['--', '-m', '--'], { ...nothing, words: ['-m', '--'] }],
])('reads %s', (_, parameters, question) => {
  expect(parseArguments(parameters)).toEqual({ name: 'ask', question });
});

it.each([
  ['--help', 'help'],
  ['-h', 'help'],
  ['--version', 'version'],
  ['-v', 'version'],
])('reads %s, whatever else is asked', (option, name) => {
  expect(parseArguments(['Hi', option, '--model', ''])).toEqual({ name });
});

const address = 'must be a whole address, such as http://localhost:11434/v1';

it.each([
  ['an unknown option', ['--modell', 'x'], "Unknown option '--modell'."],
  ['a missing value', ['Hi', '--model'], "Option '-m, --model <value>' argument missing"],
  ['an option in place of a value', ['--model', '--stats'], "Option '--model' argument is ambiguous. Did you"],
  ['a value for a switch', ['--stats=yes'], "Option '--stats' does not take an argument"],
  ['an empty value', ['--system', ' ', 'Hi'], '--system needs a value'],
  ['an address without http://', ['--base-url', 'localhost:11434/v1'], `--base-url ${address}`],
  ['half an address', ['--base-url', 'http://'], `--base-url ${address}`],
  ['a password in an address', ['--base-url', 'http://me:secret@localhost/v1'], '--base-url must not hold a user name'],
])('refuses %s, in one line', (_, parameters, reason) => {
  const parse = (): unknown => parseArguments(parameters);

  expect(parse).toThrow(UsageError);
  expect(parse).toThrow(reason);
  expect(parse).not.toThrow(/\n|secret/u);
});
