/* Prints an answer as it arrives, then the global dispatcher of undici, which the package must not set. */
module.exports = function ask({ createClient, textDeltas }) {
  // Node itself sets one at the first request.
  const dispatcher = String(globalThis[Symbol.for('undici.globalDispatcher.1')]);

  createClient({ baseURL: process.argv[2] })
    .chat({ model: 'small', messages: [{ role: 'user', content: 'Hi' }] })
    .pipe(textDeltas())
    .subscribe({
      next: (text) => process.stdout.write(text),
      error: (error) => {
        process.stderr.write(error.stack);
        process.exitCode = 1;
      },
      complete: () => process.stdout.write(`|${dispatcher}`),
    });
};
