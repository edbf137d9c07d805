import { isLlmError } from '../../errors/llm-error.js';
import { type ToldError, toToldError } from '../error-event.js';

/** Why a request is refused, as the caller is told. Thrown by the checks of a relay. */
export class Refusal extends Error {
  readonly status: number;
  readonly told: Partial<ToldError>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    told: Omit<Partial<ToldError>, 'message'> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.told = told;
    this.headers = headers;
  }
}

/** Answers with an error in the shape of OpenAI's API. Of what is not an error of this package nothing is told. */
export function refuse(error: unknown): Response {
  const { status, headers, ...told } = toRefused(error);
  const { message, kind, code = null, param = null } = told;
  return Response.json({ error: { message, type: kind, code, param } }, { status, headers });
}

function toRefused(error: unknown): ToldError & Pick<Refusal, 'status' | 'headers'> {
  if (error instanceof Refusal) {
    const { status, message, told, headers } = error;
    return { kind: status < 500 ? 'invalid_request' : 'server', ...told, status, message, headers };
  }
  const told = toToldError(error);
  return { ...told, status: isLlmError(error) ? 502 : 500, headers: {} };
}
