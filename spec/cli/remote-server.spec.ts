import { lastValueFrom, of } from 'rxjs';
import { remoteServer } from '../../src/cli/remote-server.js';
import { fakeClient } from '../../src/testing/index.js';

it('advises no model that is named like the key', async () => {
  const client = fakeClient(of({ id: 'small' }, { id: 'fine-tuned-by-sk-0123456789' }));
  const { modelAdvice } = remoteServer(client, 'http://server.test/v1', 'sk-0123456789');

  expect(await lastValueFrom(modelAdvice)).toBe('Choose with --model, for example: small.');
});
