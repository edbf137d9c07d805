/*
 * Node loads this before a program whose start is measured. It is CommonJS, since a program may do without the loader of ES
 * modules.
 */
const { writeSync } = require('node:fs');

process.on('exit', () => {
  const { user, system } = process.cpuUsage(globalThis.before);
  writeSync(3, String(user + system));
});
