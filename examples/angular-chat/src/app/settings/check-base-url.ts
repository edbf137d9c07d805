/**
 * Returns what is wrong with a base URL, or `undefined`. The page's Content-Security-Policy allows only its own origin and
 * servers on this machine, and a key in the URL would be a key in the page.
 */
export function checkBaseUrl(value: string, page: string): string | undefined {
  if (value.trim() === '' || !URL.canParse(value, page)) {
    return 'This is not a valid URL.';
  }
  if (/[?#]/u.test(value)) {
    return 'Remove ? and # and everything after them: a key there could be read by anyone who uses this page.';
  }
  const { origin, protocol, hostname, username, password } = new URL(value, page);
  if (username !== '' || password !== '') {
    return 'Remove the user name and the password: anyone who uses this page could read them.';
  }
  const isLocal = protocol === 'http:' && (hostname === 'localhost' || hostname === '127.0.0.1');
  return isLocal || origin === new URL(page).origin
    ? undefined
    : 'This page can reach only its own server and servers on this machine. Use one of them as a relay to others.';
}
