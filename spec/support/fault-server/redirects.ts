import type { Scenario } from './exchange.js';
import { answerOf } from './wire.js';

/** Answers that lead elsewhere: `/redirect/same`, `/redirect/other`, `/redirect/loop`. */
export const redirects: Readonly<Record<string, Scenario>> = {
  redirect: ({ parameters: [where], request, elsewhere, end }) => {
    const path = `${where === 'loop' ? request.scenario : '/whole'}/chat/completions`;
    end(answerOf(307, { location: where === 'other' ? elsewhere + path : path }, 'moved'));
  },
};
