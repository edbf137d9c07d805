import { bootstrapApplication } from '@angular/platform-browser';
import { ChatApp } from './app/chat-app';

void bootstrapApplication(ChatApp);
