import { check } from '../../util/check.js';

/** The answers of a fake: a list, one per request in order; a function of the request; or one answer for every request. */
export type Script<Answer, Request> = Answer | readonly Answer[] | ((request: Request) => Answer);

/**
 * Checks a script.
 *
 * @param name The fake, and `field` the parameter that holds the script, for errors.
 * @param read Checks an answer; `place` names it in errors.
 * @returns A function that returns the answer to a request, given its number from 1 and its description for errors. It
 *   throws when the list has run out.
 * @throws TypeError for an invalid answer.
 */
export function readScript<Answer extends object | string, Request, Read>(
  name: string,
  field: string,
  script: Script<Answer, Request>,
  read: (answer: Answer, place: string) => Read,
): (request: Request, number: number, description: string) => Read {
  if (typeof script === 'function') {
    const answerTo = script as (request: Request) => Answer;
    return (request) => read(answerTo(request), `${field}()`);
  }
  if (!Array.isArray(script)) {
    const answer = read(script as Answer, field);
    return () => answer;
  }
  const answers = (script as readonly Answer[]).map((answer, index) => read(answer, `${field}[${index}]`));
  check(answers.length > 0, field, 'a list of at least one answer', script);
  return (_request, number, description) => {
    const answer = answers[number - 1];
    if (answer === undefined) {
      throw new Error(
        `${name} has no answer to request ${number} (${description}): its list has only ${answers.length}`,
      );
    }
    return answer;
  };
}
