import { bootstrapApplication } from '@angular/platform-browser';
import { provideClient } from 'rxllm/angular';
import { ChatApp } from './app/chat-app';

/*
 * Each request overrides the base URL with that of the settings. This page never holds a key. Its relay goes on with an answer
 * while the page is reloaded or shows another conversation; a lost connection is tried again for some minutes.
 */
const client = provideClient({ baseURL: '/v1', onUnsubscribe: 'leave', resume: { count: 100 } });

bootstrapApplication(ChatApp, { providers: [client] }).catch((error: unknown) => {
  throw error;
});
