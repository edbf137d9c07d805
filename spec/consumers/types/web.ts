/* Uses the main entry, as a web page, and that for servers, as a Worker. */
import {
  accumulateView,
  type ChatCompletionRequest,
  type ChatView,
  type Client,
  createClient,
  isLlmError,
  labelWith,
  throttleRender,
  type Usage,
} from 'rxllm';
import { toEventStream, type WebHandler } from 'rxllm/server';
import { catchError, map, merge, of, type Subscription } from 'rxjs';

export function show(client: Client, print: (text: string) => void): Subscription {
  const request: ChatCompletionRequest = { model: 'small', messages: [{ role: 'user', content: 'Hi' }] };
  const views = ['a', 'b'].map((label) =>
    client.chat(request).pipe(accumulateView({ retry: { count: 1 } }), throttleRender(), labelWith(label)),
  );
  const models = client.models().pipe(
    map(({ id, created }) => `${id} ${created ?? 0}`),
    catchError((error: unknown) => of(isLlmError(error) ? `${error.kind} ${error.retryAfter ?? 0}` : 'unknown')),
  );
  return merge(merge(...views).pipe(map(({ label, value }) => `${label}: ${describe(value)}`)), models).subscribe(
    print,
  );
}

function describe({ status, message, usage, error }: ChatView): string {
  const counts: Usage | undefined = usage;
  return `${status} ${message.content} ${error?.message ?? counts?.totalTokens ?? ''}`;
}

export const client = createClient({ baseURL: 'https://relay.test/v1', apiKey: undefined, deadlines: { idle: 5000 } });

export const answer: WebHandler = () => toEventStream(client.chat({ model: 'small', messages: [] }));
