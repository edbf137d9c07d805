import { lastValueFrom, of } from 'rxjs';
import { remoteServer } from '../../src/cli/remote-server.js';
import { fakeClient } from '../../src/testing/index.js';

it('advises no model that is named like the key', async () => {
  const client = fakeClient(of({ id: 'small' }, { id: 'fine-tuned-by-sk-0123456789' }));
  const { modelAdvice } = remoteServer(client, 'http://server.test/v1', 'sk-0123456789');

  expect(await lastValueFrom(modelAdvice('No model huge'))).toBe('Choose with --model, for example: small.');
});

it.each([
  ['all names, which it does not repeat', "No 'huge': there are 'small', gpt-4.1.", 'Choose with --model.'],
  ['some names', 'No huge; try small', 'Choose with --model, for example: small, gpt-4.1.'],
  ['parts of names', 'No smallest gpt-4.1-mini', 'Choose with --model, for example: small, gpt-4.1.'],
])('advises after a refusal with %s', async (_, said, advice) => {
  const client = fakeClient(of({ id: 'small' }, { id: 'gpt-4.1' }));
  const { modelAdvice } = remoteServer(client, 'http://server.test/v1');

  expect(await lastValueFrom(modelAdvice(said))).toBe(advice);
});
