/**
 * What is wrong with a base URL, or `undefined`. The page's Content-Security-Policy lets it talk to its own origin and to
 * servers on this machine, and a key in the address would be one in the page.
 */
export function checkBaseUrl(value: string, page: string): string | undefined {
  if (value.trim() === '' || !URL.canParse(value, page)) {
    return 'This is no address.';
  }
  if (/[?#]/u.test(value)) {
    return 'Leave ? and # out, and what follows them: a key there would be in the page, where whoever uses it could read it.';
  }
  const { origin, protocol, hostname, username, password } = new URL(value, page);
  if (username !== '' || password !== '') {
    return 'Leave the name and the password out: whoever uses this page could read them.';
  }
  const isLocal = protocol === 'http:' && (hostname === 'localhost' || hostname === '127.0.0.1');
  return isLocal || origin === new URL(page).origin
    ? undefined
    : 'This page talks to its own server, and to servers on this machine. Let one of them relay to others.';
}
