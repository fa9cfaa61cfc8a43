/** Command lines run in this process, each test file with worlds of its own. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { runCli } from '#cli/run-cli.ts';
import type { Fault } from '#sandbox/fault.ts';
import type { World } from '#sandbox/kernel.ts';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { startSandbox } from '#sandbox/runtime/start.ts';
import { loadWorld } from '#sandbox/runtime/world-file.ts';
import { sandboxServices } from '#sandbox/services.ts';
import { notePrinted } from '#test/canary/watch.ts';
import { recorder } from '#test/cli/workspace.ts';

const temporary = await mkdtemp(join(tmpdir(), 'drawbridge-cli-'));
afterAll(() => rm(temporary, { recursive: true, force: true }));

let folders = 0;

/** A folder that does not exist yet, and goes when the test file is done. */
export function newFolder(): string {
  folders += 1;
  return join(temporary, `${folders}`);
}

export interface CommandRun {
  readonly exit: number;
  readonly out: string;
  /** The lines on standard error. */
  readonly progress: readonly string[];
}

export async function drawbridge(...words: string[]): Promise<CommandRun> {
  const terminal = recorder();
  const exit = await runCli(words, terminal);
  const command = ['drawbridge', ...words];
  notePrinted({ command, stream: 'stdout', text: terminal.printed.join('\n') });
  notePrinted({ command, stream: 'stderr', text: terminal.progressed.join('\n') });
  return { exit, out: terminal.printed.join('\n'), progress: terminal.progressed.join('\n').split('\n') };
}

/** Runs a command with `--output json` and reads what it prints. */
export async function drawbridgeJson(...words: string[]) {
  const { exit, out, progress } = await drawbridge(...words, '--output', 'json');
  return { exit, progress, out, json: JSON.parse(out) };
}

export type Edits = Readonly<Record<string, readonly (readonly [string | RegExp, string])[]>>;

/** A copy of a folder in which the texts of some files are edited. Each edit must find what it replaces. */
export async function variant(source: string, edits: Edits = {}): Promise<string> {
  const folder = newFolder();
  await cp(source, folder, { recursive: true });
  for (const [name, changes] of Object.entries(edits)) {
    let text = await readFile(join(folder, name), 'utf8');
    for (const [from, to] of changes) {
      const edited = text.replace(from, to);
      if (edited === text) throw new Error(`${name} has no ${from}`);
      text = edited;
    }
    await writeFile(join(folder, name), text);
  }
  return folder;
}

export async function savedWorld(folder: string): Promise<World> {
  const loaded = await loadWorld(folder);
  if (loaded.kind !== 'world') throw new Error(`no world in ${folder}: ${loaded.kind}`);
  return loaded.world;
}

/** Starts a saved world, lets `act` do something in it while these faults happen, and saves it. */
export async function inWorld<Result>(
  folder: string,
  act: (sandbox: RunningSandbox) => Promise<Result>,
  faults: readonly Fault[] = [],
): Promise<Result> {
  const sandbox = await startSandbox({ seed: 1, services: sandboxServices, world: await savedWorld(folder), faults });
  try {
    const result = await act(sandbox);
    await sandbox.save(folder);
    return result;
  } finally {
    await sandbox.close();
  }
}

/** Calls CloudFormation as the administrator of an account, past Drawbridge. */
export async function asAdministrator(
  sandbox: RunningSandbox,
  account: string,
  { operation, input }: { operation: string; input: unknown },
) {
  const { caller } = sandbox.openSession({
    roleArn: `arn:aws:iam::${account}:role/OrganizationAccountAccessRole`,
    sessionName: 'somebody',
    service: 'organizations.amazonaws.com',
    durationSeconds: 3600,
  });
  return sandbox.perform({ service: 'cloudformation', operation, input, caller, region: 'eu-west-1' });
}

/** What a deployed stack is made of, without times and statuses. */
export async function stackContent(folder: string, account: string, stackName: string) {
  const { cloudformation } = await savedWorld(folder);
  const stack = Object.values(cloudformation.stacks).find(
    (one) => one.account === account && one.stackName === stackName,
  );
  if (stack?.model === undefined) throw new Error(`${account} has no stack ${stackName}`);
  const { model, resources, status, outputs } = stack;
  return {
    status,
    content: {
      parameters: model.parameters,
      tags: model.tags,
      template: cloudformation.templates[model.template],
      outputs,
      resources: Object.fromEntries(
        Object.entries(resources).map(([id, { physicalId, type, definition }]) => [
          id,
          { physicalId, type, ...definition },
        ]),
      ),
    },
  };
}

/** Every file below a folder, by path. */
export async function filesIn(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(paths.sort().map(async (path) => [path, await readFile(path, 'latin1')])),
  );
}
