/* Specs talk to servers on this machine, which the proxy of a developer cannot reach. */
for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY']) {
  delete process.env[name];
  delete process.env[name.toLowerCase()];
}
