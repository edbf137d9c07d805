import { type ApplicationRef, mergeApplicationConfig } from '@angular/core';
import { bootstrapApplication, type BootstrapContext } from '@angular/platform-browser';
import { provideServerRendering, RenderMode, withRoutes } from '@angular/ssr';
import { App } from './app/app';
import { config } from './app/config';
import { models } from './app/models';

const getPrerenderParams = async (): Promise<Record<string, string>[]> => models.map((model) => ({ model }));
const server = provideServerRendering(
  withRoutes([
    { path: 'prerendered/:model', renderMode: RenderMode.Prerender, getPrerenderParams },
    { path: 'paid-early', renderMode: RenderMode.Prerender },
    { path: '**', renderMode: RenderMode.Server },
  ]),
);

export default function bootstrap(context: BootstrapContext): Promise<ApplicationRef> {
  return bootstrapApplication(App, mergeApplicationConfig(config, { providers: [server] }), context);
}
