import { Component } from '@angular/core';

@Component({
  selector: 'chat-app',
  template: `<h1>Chat</h1>`,
})
export class ChatApp {}
