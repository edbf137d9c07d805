/*
 * How do I get a typed value instead of text?
 *
 * `responseFormat` asks for JSON of a schema. `accumulateObject` shows the value as it grows, `toObject` gives it validated
 * at the end, and an answer that was cut off, refused or of another form is an error. The model here is scripted.
 */
import { lastValueFrom, of, pipe, tap } from 'rxjs';
import { accumulateObject, type ChatCompletionRequest, createClient, isLlmError, responseFormat } from 'rxllm';
import { textDeltas, throwIfRefused, throwIfTruncated, toObject } from 'rxllm';
import { type LocalModel, startLocalServer } from 'rxllm/local';
import * as z from 'zod/mini';

const Recipe = z.object({ title: z.string(), minutes: z.number(), steps: z.array(z.string()) });
const pieces = ['{"title":"Flat', 'bread","min', 'utes":2', '5,"steps":["Mix"', ',"Roll and', ' bake"]}'];
const cook: LocalModel = ({ prompt }) =>
  prompt.includes('poison') ? of({ refusal: 'I cannot help with that.' }) : of(...pieces);

const server = await startLocalServer({ models: { cook } });
const client = createClient({ baseURL: server.url });
const asking = (content: string): ChatCompletionRequest => ({
  model: 'cook',
  messages: [{ role: 'user', content }],
  response_format: responseFormat(Recipe, 'recipe'),
});
const guarded = pipe(throwIfTruncated(), throwIfRefused(), textDeltas());

const growing = client.chat(asking('Bread, please.')).pipe(guarded, accumulateObject(Recipe));
await lastValueFrom(
  growing.pipe(tap(({ title, steps }) => console.log(`${title ?? '…'}: ${steps?.join(', ') ?? '…'}`))),
);

const recipe = await lastValueFrom(client.chat(asking('Bread again.')).pipe(guarded, toObject(Recipe)));
console.log(`\n${recipe.title} takes ${recipe.minutes.toFixed()} minutes and ${recipe.steps.length} steps.`);

await lastValueFrom(client.chat(asking('A poison.')).pipe(guarded, toObject(Recipe))).catch((error: unknown) =>
  console.log(isLlmError(error) ? `${error.name}: ${error.message}` : error),
);
await server.close();
