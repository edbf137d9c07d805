import { provideHttpClient, withFetch } from '@angular/common/http';
import type { ApplicationConfig } from '@angular/core';
import { provideClientHydration } from '@angular/platform-browser';
import { provideRouter, withComponentInputBinding } from '@angular/router';
import { provideClient, withHttpClient, withName, withServerRequests } from 'rxllm/angular';
import { Answers } from './answers';
import { Paid } from './paid';
import { Readme } from './readme';

/** The address of another server, set by the build. */
declare const MODEL_URL: string;

export const config: ApplicationConfig = {
  providers: [
    provideRouter(
      [
        { path: 'prerendered/:model', component: Answers },
        { path: 'rendered/:model', component: Answers },
        { path: 'readme', component: Readme },
        { path: 'paid', component: Paid },
        { path: 'paid-early', component: Paid },
      ],
      withComponentInputBinding(),
    ),
    provideClientHydration(),
    provideHttpClient(withFetch()),
    provideClient({ baseURL: '/v1' }),
    provideClient({ baseURL: MODEL_URL }, withName('far')),
    provideClient({ baseURL: MODEL_URL }, withName('http'), withHttpClient()),
    provideClient({ baseURL: '/v1', deadlines: { total: 5_000 } }, withName('paid'), withServerRequests()),
  ],
};
