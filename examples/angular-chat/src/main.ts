import { bootstrapApplication } from '@angular/platform-browser';
import { provideClient } from 'rxllm/angular';
import { ChatApp } from './app/chat-app';

// Each request overrides the base URL with that of the settings. This page never holds a key.
bootstrapApplication(ChatApp, { providers: [provideClient({ baseURL: '/v1' })] }).catch((error: unknown) => {
  throw error;
});
