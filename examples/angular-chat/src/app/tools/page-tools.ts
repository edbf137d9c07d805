import { DOCUMENT, inject, InjectionToken } from '@angular/core';
import type { RunnableTool } from 'rxllm';
import { localTime } from './local-time';
import { createSearchDocs } from './search-docs';

/** The tools that this page lends to models. They run in the browser. */
export const PAGE_TOOLS = new InjectionToken<readonly RunnableTool[]>('page tools', {
  providedIn: 'root',
  factory: () => [createSearchDocs(inject(DOCUMENT).baseURI), localTime],
});
