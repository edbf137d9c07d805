import { check } from '../util/check.js';

/** What a fake answers: a list, one for each request in turn; a function of the request; or the same each time. */
export type Script<Answer, Request> = Answer | readonly Answer[] | ((request: Request) => Answer);

/** What a script is read with. */
export interface ScriptReader<Answer, Read> {
  /** The fake's name and what it calls its script, for errors. */
  readonly name: string;
  readonly field: string;
  /** Checks an answer; `place` is where it stands, for errors. */
  readonly read: (answer: Answer, place: string) => Read;
}

/**
 * Checks a script, and gives what finds the answer to a request.
 *
 * @returns A function of the request, its number from 1, and its name for errors; it throws when the script has run out.
 * @throws TypeError for an answer that is none.
 */
export function readScript<Answer extends object | string, Request, Read>(
  script: Script<Answer, Request>,
  { name, field, read }: ScriptReader<Answer, Read>,
): (request: Request, number: number, asked: string) => Read {
  if (typeof script === 'function') {
    const answerTo = script as (request: Request) => Answer;
    return (request) => read(answerTo(request), `${field}()`);
  }
  if (!Array.isArray(script)) {
    const answer = read(script as Answer, field);
    return () => answer;
  }
  const answers = (script as readonly Answer[]).map((answer, index) => read(answer, `${field}[${index}]`));
  check(answers.length > 0, field, 'a list of at least one', script);
  return (_request, number, asked) => {
    const answer = answers[number - 1];
    if (answer === undefined) {
      throw new Error(`${name} has no answer to request ${number} (${asked}): its list has only ${answers.length}`);
    }
    return answer;
  };
}
