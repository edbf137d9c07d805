import { checkBaseUrl } from './check-base-url';

const page = 'https://chat.example/app/';

describe('checkBaseUrl', () => {
  it.each(['/v1', 'relay/v1', 'https://chat.example/v1', 'http://localhost:11434/v1', 'http://127.0.0.1:8080'])(
    'accepts %s',
    (address) => {
      expect(checkBaseUrl(address, page)).toBeUndefined();
    },
  );

  it.each([
    ['', 'not a valid URL'],
    [' ', 'not a valid URL'],
    ['http://', 'not a valid URL'],
    ['https://api.example/v1', 'relay'],
    ['//api.example/v1', 'relay'],
    ['https://localhost.evil.test/v1', 'relay'],
    ['javascript:alert(1)', 'relay'],
    ['/v1?key=sk-secret', 'key'],
    ['/v1?', 'key'],
    ['http://localhost:8080/v1#sk-secret', 'key'],
    ['https://me:secret@chat.example/v1', 'password'],
  ])('refuses %s', (address, reason) => {
    expect(checkBaseUrl(address, page)).toContain(reason);
  });
});
