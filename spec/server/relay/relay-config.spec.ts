import { relay, type RelayConfig } from '../../../src/server/index.js';
import { fakeClient } from '../../../src/testing/index.js';

const config: RelayConfig = { client: fakeClient('Hi'), authorize: 'anyone', models: ['small'] };

/** What is wrong with each field, and what the error says. */
const mistakes: readonly (readonly [string, object, RegExp])[] = [
  ['no client', { client: undefined }, /client must be a client, such as createClient/u],
  ['half a client', { client: { chat: config.client.chat } }, /client must be a client/u],
  ['no authorize', { authorize: undefined }, /authorize must be 'anyone', or a function/u],
  ['another word for authorize', { authorize: 'everyone' }, /authorize must be 'anyone'/u],
  ['no models', { models: undefined }, /models must be a list of names/u],
  ['one model as a text', { models: 'small' }, /models must be a list of names/u],
  ['a model without a name', { models: [''] }, /models must be a list of names/u],
  ['a log that cannot stop', { log: { append: () => 'ok', read: () => undefined } }, /log must be a log/u],
  ['an origin with a path', { origins: ['https://app.example/'] }, /write https:\/\/app\.example, not/u],
  ['an origin without a scheme', { origins: ['app.example'] }, /such as https:\/\/app\.example, not "app\.example"/u],
  ['every origin', { origins: ['*'] }, /origins must be origins of pages/u],
  ['opaque origins', { origins: ['null'] }, /origins must be origins of pages/u],
  ['one origin as a text', { origins: 'https://app.example' }, /origins must be a list/u],
  [
    'an unknown name in allow',
    { allow: ['previousResponseId'] },
    /"previousResponseId" in allow; known: previous_resp/u,
  ],
  ['prepare that is no function', { prepare: {} }, /prepare must be a function/u],
  ['createId that is no function', { createId: 'a' }, /createId must be a function/u],
  ['limits that are no object', { limits: 8 }, /limits must be an object/u],
  ['an unknown limit', { limits: { streams: 8 } }, /Unknown field "streams" in limits; known: bodyBytes/u],
  ['a limit of 0', { limits: { streamsPerUser: 0 } }, /limits\.streamsPerUser must be a whole number, 1 or more/u],
  ['half a byte', { limits: { bodyBytes: 0.5 } }, /limits\.bodyBytes must be a whole number/u],
  ['a stall of 0', { limits: { readerStall: 0 } }, /limits\.readerStall must be more than 0/u],
  ['a heartbeat of 0', { heartbeat: 0 }, /heartbeat must be more than 0/u],
  ['an endless heartbeat', { heartbeat: Infinity }, /heartbeat must be a finite number/u],
  ['a negative detach', { detach: -1 }, /detach must be a finite number of milliseconds, 0 or more/u],
  ['a scheduler that is none', { scheduler: {} }, /scheduler must be an rxjs scheduler/u],
  ['a misspelled field', { Models: ['small'] }, /Unknown field "Models" in the configuration of relay; use models/u],
  ['a key', { apiKey: 'sk-1' }, /Unknown field "apiKey".+give it to the client/u],
  ['a limit beside the limits', { bodyBytes: 1 }, /use limits: \{ bodyBytes, streamsPerUser, readerStall \}/u],
  ['cors', { cors: true }, /use origins/u],
  ['a store', { store: {} }, /use log: memoryLog\(\)/u],
  ['a field nobody knows', { verbose: true }, /Unknown field "verbose".+known: client, authorize/u],
];

describe('The configuration of a relay', () => {
  it.each(mistakes)('is refused at the call with %s', (_, fields, message) => {
    const make = (): unknown => relay({ ...config, ...(fields as Partial<RelayConfig>) });

    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });

  it('must be an object', () => {
    expect(() => relay(undefined as never)).toThrow(
      new TypeError('The configuration of relay must be an object, not undefined'),
    );
  });

  it('may leave out all but client, authorize and models', () => {
    expect(relay(config)).toBeInstanceOf(Function);
    expect(relay({ ...config, log: undefined, limits: undefined, detach: undefined })).toBeInstanceOf(Function);
  });

  it('takes origins of pages in the shell of an app', () => {
    expect(relay({ ...config, origins: ['capacitor://localhost', 'http://localhost:4200'] })).toBeInstanceOf(Function);
  });
});
