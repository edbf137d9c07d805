import { tool } from 'rxllm';

/** Tells a model the time, which it cannot know. */
export const localTime = tool({
  name: 'local_time',
  description: 'Tells the date and time now, in a time zone or where the user is.',
  parameters: {
    type: 'object',
    properties: { zone: { type: 'string', description: 'An IANA time zone such as Asia/Tokyo. Default: the user’s.' } },
  },
  run: ({ zone }: { readonly zone?: string }) =>
    new Intl.DateTimeFormat('en', { dateStyle: 'full', timeStyle: 'long', timeZone: zone || undefined }).format(),
});
