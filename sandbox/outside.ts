/** The internet, as far as rehearsals ask it: pages behind outputs of stacks. Nothing ever leaves this machine. */
import type { Sandbox } from './kernel.ts';

/** What a page answers; by default 200 and no word. */
export interface PageAnswer {
  /** `<stack in CloudFormation>.<output>` of the output that tells the address. */
  readonly output: string;
  /** What follows the output's value in the address. */
  readonly path: string;
  readonly status: number;
  readonly body: string;
}

const answersBySandbox = new WeakMap<Sandbox, readonly PageAnswer[]>();

/** An option of `startSandbox`. */
export function usePages(sandbox: Sandbox, answers: readonly PageAnswer[]): void {
  answersBySandbox.set(sandbox, answers);
}

/** What whoever is at the address answers; `no-reply` where a fault takes it away. */
export function pageAt(sandbox: Sandbox, url: string): { readonly status: number; readonly body: string } | 'no-reply' {
  const owners = ownersOf(sandbox, url);
  for (const { account, output } of owners) {
    const fault = sandbox.faults.probe({ account, probe: output });
    if (fault?.outcome === 'error') return 'no-reply';
    if (fault !== undefined) return { status: 503, body: fault.reason };
  }
  const known = answersBySandbox.get(sandbox) ?? [];
  const found = owners.flatMap(({ output, path }) =>
    known.filter((answer) => answer.output === output && sameish(answer.path, path)),
  );
  return found[0] ?? { status: 200, body: '' };
}

interface Owner {
  readonly account: string;
  readonly output: string;
  readonly path: string;
}

/** The outputs of stacks that begin the address. */
function ownersOf({ world }: Sandbox, url: string): Owner[] {
  return Object.values(world.cloudformation.stacks)
    .filter(({ deletedAt }) => deletedAt === undefined)
    .flatMap(({ account, stackName, outputs }) =>
      outputs
        .filter(({ value }) => value !== '' && url.startsWith(value.replace(/\/+$/, '')))
        .map(({ key, value }) => {
          const path = url.slice(value.replace(/\/+$/, '').length);
          return { account, output: `${stackName}.${key}`, path };
        }),
    );
}

/** An address without a path has one of its own. */
const sameish = (expected: string, path: string): boolean => expected === path || (expected === '' && path === '/');
