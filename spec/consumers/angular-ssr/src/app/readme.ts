import { AsyncPipe } from '@angular/common';
import { Component } from '@angular/core';
// The check writes this file from the examples in the README.
import { Answer, Chat } from './readme-examples';

@Component({
  selector: 'consumer-readme',
  imports: [AsyncPipe, Chat],
  template: `
    <p id="signal">{{ answer.view()?.status }} {{ answer.view()?.message?.content }}</p>
    <p id="async">{{ (answer.greeting | async)?.status }} {{ (answer.greeting | async)?.message?.content }}</p>
    <p id="resource">{{ answer.resource.value()?.status }} {{ answer.resource.value()?.message?.content }}</p>
    <app-chat />
  `,
})
export class Readme {
  readonly answer = new Answer();
}
