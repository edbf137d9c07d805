/** @jest-environment ./.config/jest-page.mjs */
import '@angular/compiler';
import { provideHttpClient, withFetch } from '@angular/common/http';
import { createClient } from '../../src/index.js';
import { closeServers } from '../support/loopback.js';
import { TestBed } from '../support/test-bed.js';
import {
  asEach,
  createUsers,
  createWitness,
  keyOfUser,
  ownKeys,
  requestsOfSession,
  sessionOf,
  startUserServer,
} from '../support/users.js';
import { injectHttpTransport } from './inject-http-transport.js';

describe('withHttpClient', () => {
  beforeEach(() => TestBed.configureTestingModule({ providers: [provideHttpClient(withFetch())] }));
  afterEach(closeServers);

  it('calls every callback in the async context of its subscriber, and sends its key', async () => {
    const server = await startUserServer();
    const users = createUsers(20);
    const witness = createWitness();
    const client = createClient({
      baseURL: server.url,
      transport: injectHttpTransport(),
      apiKey: keyOfUser,
      dangerouslyAllowBrowser: true,
    });

    await asEach(users, (user) => sessionOf(user, client, witness));

    expect(witness.strays).toEqual([]);
    expect(server.received()).toEqual(ownKeys(users, requestsOfSession));
    expect(server.connections).toBeLessThan(server.requests / 2);
  });
});
