import type { ServerResponse } from 'node:http';
import type { LocalError } from './local-error.js';

/** Sends a value as the JSON answer of an exchange. */
export function sendJson(response: ServerResponse, value: object, status = 200): void {
  send(response, status, 'application/json', JSON.stringify(value));
}

/** Sends plain text. */
export function sendText(response: ServerResponse, text: string): void {
  send(response, 200, 'text/plain; charset=utf-8', text);
}

/** Sends an error; its headers come with it. */
export function sendError(response: ServerResponse, { status, headers, body }: LocalError): void {
  response.setHeaders(new Headers(headers));
  sendJson(response, body, status);
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
