/** A temporary folder with files, and a terminal that remembers. */
import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Terminal } from '#cli/command.ts';

export type Files = Readonly<
  Record<string, string | Uint8Array | { readonly link: string } | { readonly executable: string }>
>;

/** Writes the files into a folder of their own, which goes when the test does. */
export async function workspace(files: Files): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'drawbridge-test-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) await write(join(root, name), content);
  return root;
}

async function write(path: string, content: Files[string]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  if (typeof content === 'string' || content instanceof Uint8Array) return writeFile(path, content);
  if ('link' in content) return symlink(content.link, path);
  await writeFile(path, content.executable);
  await chmod(path, 0o755);
}

/** Gives a file another modification time. */
export async function touch(path: string, time: Date): Promise<void> {
  await utimes(path, time, time);
}

export interface Recorder extends Terminal {
  readonly printed: string[];
  readonly progressed: string[];
}

/** `confirm`: what the person at the terminal says; without it there is nobody. */
export function recorder(confirm?: (question: string) => Promise<boolean>): Recorder {
  const printed: string[] = [];
  const progressed: string[] = [];
  return {
    printed,
    progressed,
    print: (text) => void printed.push(text),
    progress: (text) => void progressed.push(text),
    ...(confirm === undefined ? {} : { confirm }),
  };
}

/** A pipeline of one stack whose function has local code. */
export const small: Files = {
  'drawbridge.yml': `apiVersion: drawbridge/v1
kind: Pipeline
metadata: { name: small }
stacks:
  - name: app
    template: templates/app.yaml
    stackName: small
environments:
  - name: pre-production
    targets: { matchLabels: { env: pre } }
`,
  'templates/app.yaml': `Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      Code: ../src
      Role: arn
`,
  'src/b.js': 'b',
  'src/a.js': 'a',
  'src/lib/c.js': 'c',
};
