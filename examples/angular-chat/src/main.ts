import { bootstrapApplication } from '@angular/platform-browser';
import { provideClient } from 'rxllm/angular';
import { ChatApp } from './app/chat-app';

// The settings name a base URL for each request; this page never holds a key.
bootstrapApplication(ChatApp, { providers: [provideClient({ baseURL: '/v1' })] }).catch((error: unknown) => {
  throw error;
});
