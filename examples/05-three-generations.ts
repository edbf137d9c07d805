/*
 * How do I time and collect the events of a stream?
 *
 * This replaces three scripts that stream from GPT-4, ChatGPT and an InstructGPT-era model. Like them, it pauses
 * between prints, shows how many seconds after the start each event arrived, collects the events and joins their text
 * at the end.
 */
import { concatMap, delay, lastValueFrom, map, of, tap, timestamp, toArray } from 'rxjs';
import { createClient, textDeltas } from 'rxllm';
import { startLocalServer } from 'rxllm/local';

const server = await startLocalServer();
const client = createClient({ baseURL: server.url });
const system = { role: 'system', content: 'Be brief.' } as const;
const user = { role: 'user', content: 'Count to three: one, two, three.' } as const;

const generations = {
  'GPT-4, with instructions': client.chat({ model: 'echo', messages: [system, user] }).pipe(textDeltas()),
  'ChatGPT, a chat message': client.chat({ model: 'echo', messages: [user] }).pipe(textDeltas()),
  'InstructGPT, a bare prompt': client.completions({ model: 'echo', prompt: user.content }).pipe(textDeltas()),
};

for (const [name, texts] of Object.entries(generations)) {
  console.log(name);
  const started = Date.now();
  const events = texts.pipe(
    timestamp(),
    map(({ timestamp: time, value }) => ({ seconds: (time - started) / 1000, text: value })),
    concatMap((event) => of(event).pipe(delay(20))), // pauses between prints
    tap(({ seconds, text }) => {
      console.log(`  ${seconds.toFixed(2)} s ${JSON.stringify(text)}`);
    }),
    toArray(),
  );
  const collected = await lastValueFrom(events);
  console.log(`  ${collected.length} events: ${collected.map(({ text }) => text).join('')}`);
}
await server.close();
