/* A program that serves answers of a model, word by word at the pace that each request asks for. */
import { from, interval, takeUntil, zip } from 'rxjs';
import { eventStream, textChunk } from '../support/answers.js';
import { startServer } from '../support/loopback.js';
import { serveParent } from '../support/spawn-program.js';
import { createWords, readWords } from './words.js';

const { url } = await startServer({
  answer: (served) => {
    const words = readWords(served.body);
    served.head(200, { 'content-type': 'text/event-stream' });
    zip(createWords(words), interval(words.pace))
      .pipe(takeUntil(from(served.over)))
      .subscribe({
        next: ([word]) => served.write(eventStream(textChunk(word))),
        complete: () => served.end(eventStream(textChunk('', 'stop'), '[DONE]')),
      });
  },
});
serveParent({ url }, {});
