/*
 * How do I hold a conversation, with stop and regenerate?
 *
 * `converse` turns prompts and commands into immutable views of the whole conversation, ready to be drawn. This example
 * prints a view whenever the status of a reply changes.
 */
import { concatMap, distinctUntilChanged, finalize, from, map, timer } from 'rxjs';
import { type ConversationCommand, type ConversationView, converse, createClient } from 'rxllm';
import { startLocalServer } from 'rxllm/local';

const server = await startLocalServer({ tokensPerSecond: 40 });
const client = createClient({ baseURL: server.url });

const script: readonly (readonly [pause: number, command: ConversationCommand])[] = [
  [0, 'This reply is complete.'],
  [500, 'This reply is stopped before it reaches its end.'],
  [150, { type: 'stop' }],
  [100, { type: 'regenerate' }],
];
const commands = from(script).pipe(concatMap(([pause, command]) => timer(pause).pipe(map(() => command))));

const statusesOf = ({ turns }: ConversationView): string => turns.map(({ reply }) => reply.status).join();

commands
  .pipe(
    converse(client, { request: { model: 'echo' }, system: 'Be brief.' }),
    distinctUntilChanged((before, after) => statusesOf(before) === statusesOf(after)),
    finalize(() => void server.close()),
  )
  .subscribe(({ turns, status }) => {
    console.log(`${turns.length} ${turns.length === 1 ? 'turn' : 'turns'}, ${status}`);
    for (const { id, reply } of turns) {
      console.log(`  ${id} ${reply.status.padEnd(9)} │ ${reply.message.content}`);
    }
  });
