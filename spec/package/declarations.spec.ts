import { join, relative } from 'node:path';
import ts from 'typescript';
import { root } from '../architecture/source-files.js';

// A virtual project in which the package is installed, with the files of src/.
const project = join(root, 'spec/types/project');
const installed = join(project, 'node_modules/rxllm');
const manifest = {
  name: 'rxllm',
  type: 'module',
  exports: { '.': './src/index.ts', './*': './src/*/index.ts' },
};

/** Shared by all programs. */
const parsed = new Map<string, ts.SourceFile>();

const programs = {
  'rxllm/angular': `
    import { injectClient, injectConversation, provideClient, withHttpClient, CLIENT } from 'rxllm/angular';
    export const providers = [provideClient({}, withHttpClient())];
    export const token = CLIENT;
    export class Chat {
      client = injectClient();
      ask = this.client.chat;
      complete = this.client.completions;
      models = this.client.models();
      answer = this.client.chat({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] });
      chat = injectConversation({ request: { model: 'm' } });
      turns = this.chat.turns;
      turn = this.chat.turns()[0]!;
      status = this.turn.reply.status;
      message = this.turn.reply.message;
      calls = this.message.toolCalls;
      call = this.calls[0]!;
      usage = this.message.usage;
      last = this.chat.last;
      retry = this.chat.retry;
      reason = this.chat.retry()?.reason;
      send = this.chat.send;
    }`,
  'rxllm/testing': `
    import * as testing from 'rxllm/testing';
    export const { chunksOf, roleChunk, textChunk, reasoningChunk, toolCallChunk, finishChunk, usageChunk } = testing;
    export const { runMarbles, fakeClient, fakeTransport, recordCassette, replayCassette } = testing;
    export const chunks = chunksOf('Hi');
    export const choice = chunks[0]!.choices[0]!;
    export const delta = choice.delta;
    export const usage = chunks[0]!.usage;
    export const client = fakeClient('Hi');
    export const request = client.requests[0]!;
    export const messages = request.request.messages;
    export const options = request.options;
    export const ask = client.chat;
    export const complete = client.completions;
    export const models = client.models();
    export const transport = fakeTransport({});
    export const exchange = transport(transport.requests[0]!);
    export const replayed = replayCassette({ version: 1, exchanges: [] });
    export const recorder = recordCassette();
    export const recording = recorder.cassette;`,
};

describe('declarations', () => {
  it.each(Object.entries(programs))('can be emitted for a program that uses only %s', (_entry, program) => {
    expect(problemsOf(program)).toEqual([]);
  });

  it('cannot be emitted for a type that no imported entry exports', () => {
    const program = `
    import { fakeClient } from 'rxllm/testing';
    export const deadlines = fakeClient('Hi').requests[0]!.options.deadlines;`;

    expect(problemsOf(program)).toEqual([expect.stringContaining("without a reference to 'Deadlines'")]);
  });
});

/** Compiles a program with `declaration: true`, and returns the errors. */
function problemsOf(program: string): readonly string[] {
  const file = join(project, 'program.ts');
  const texts = new Map([
    [file, program],
    [join(project, 'package.json'), '{ "type": "module" }'],
    [join(installed, 'package.json'), JSON.stringify(manifest)],
  ]);
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    declaration: true,
  };
  const host = ts.createCompilerHost(options);
  const onDisk = (path: string): string =>
    path.startsWith(join(installed, 'src')) ? join(root, relative(installed, path)) : path;
  const readFile = (path: string): string | undefined => texts.get(path) ?? ts.sys.readFile(onDisk(path));
  const virtual: ts.CompilerHost = {
    ...host,
    readFile,
    fileExists: (path) => texts.has(path) || ts.sys.fileExists(onDisk(path)),
    directoryExists: (path) => installed.startsWith(path) || ts.sys.directoryExists(onDisk(path)),
    realpath: (path) => (path.startsWith(project) ? path : (ts.sys.realpath?.(path) ?? path)),
    getCurrentDirectory: () => project,
    getSourceFile: (path, settings) => {
      const text = readFile(path);
      const known = parsed.get(path);
      if (text === undefined || known?.text === text) {
        return known;
      }
      const source = ts.createSourceFile(path, text, settings);
      parsed.set(path, source);
      return source;
    },
    writeFile: () => undefined,
  };
  const compiled = ts.createProgram([file], options, virtual);
  const source = compiled.getSourceFile(file);
  return [
    ...compiled.getSyntacticDiagnostics(source),
    ...compiled.getSemanticDiagnostics(source),
    ...compiled.getDeclarationDiagnostics(source),
  ].map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
