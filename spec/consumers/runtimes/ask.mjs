/* Prints an answer as it arrives; with `first`, only its first text. Without an address, the environment names the server. */
import { createClient, textDeltas } from 'rxllm';
import { take } from 'rxjs';

const [mode, baseURL, apiKey] = process.argv.slice(2);

createClient(baseURL === undefined ? {} : { baseURL, apiKey })
  .chat({ model: 'small', messages: [{ role: 'user', content: 'Hi' }] })
  .pipe(textDeltas(), take(mode === 'first' ? 1 : Infinity))
  .subscribe({
    next: (text) => process.stdout.write(text),
    error: (error) => process.stdout.write(String(error)),
    complete: () => process.stdout.write('|'),
  });
