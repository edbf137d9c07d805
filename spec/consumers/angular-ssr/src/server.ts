import { AngularNodeAppEngine, createNodeRequestHandler, writeResponseToNodeResponse } from '@angular/ssr/node';

const engine = new AngularNodeAppEngine({ allowedHosts: ['localhost'] });

/** Renders a page; the check serves it. */
export const reqHandler = createNodeRequestHandler((request, response, next) => {
  engine
    .handle(request)
    .then((rendered) => (rendered === null ? next() : writeResponseToNodeResponse(rendered, response)))
    .catch(next);
});
