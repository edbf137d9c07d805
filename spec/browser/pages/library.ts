import * as rxjs from 'rxjs';
import * as rxllm from 'rxllm';

declare global {
  interface Window {
    rxjs: typeof rxjs;
    rxllm: typeof rxllm;
  }
}

Object.assign(window, { rxjs, rxllm });
