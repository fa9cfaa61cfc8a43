/** What a person asks to go wrong after a deployment: a verification that says no, an alarm that goes off. */
import type { AlarmFault, ProbeFault } from '#sandbox/fault.ts';
import type { Config } from '#shared/domain/config/config.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { Duration, secondsOf } from '#shared/domain/policy/duration.ts';
import type { Probe } from '#shared/domain/verification/probe.ts';

/** Whether the text is of the forms below. */
export function isProbeFault(text: string): boolean {
  const [, what, ...rest] = text.split(':');
  return (what === 'verify' || what === 'alarm') && rest.length === 2;
}

/**
 * Reads `<place>:verify:<probe>:<failed or error>` and `<place>:alarm:<name>:<after>[+<lasts>]`, for the accounts that the place means. A page is named
 * `<stack>.<output>`. Throws FAULT_INVALID.
 */
export function probeFaults(text: string, accounts: readonly string[], config: Config): (ProbeFault | AlarmFault)[] {
  const [, what = '', name = '', word = ''] = text.split(':');
  const reason = `Injected by the rehearsal: ${text}`;
  if (what === 'alarm') {
    const times = timesOf(text, word);
    return accounts.map((account) => ({ kind: 'alarm', account, alarm: name, ...times, reason }));
  }
  if (word !== 'failed' && word !== 'error') throw invalid(text, 'a verification ends as failed or as error');
  const known = probesIn(config);
  const found = known.get(name);
  if (found === undefined)
    throw invalid(text, `there is no verification ${name}; there is ${[...known.keys()].join(', ') || 'none'}`);
  // One verification with all its retries: what is verified afterwards, as a rollback is, may pass.
  return accounts.map((account) => ({ kind: 'probe', account, ...found, outcome: word, reason }));
}

/** `0m` is possible here: the alarm is off when it is looked at first. */
function timesOf(text: string, word: string): Pick<AlarmFault, 'after' | 'lasts'> {
  const [after = '', lasts, ...more] = word.split('+');
  const spans = [after, ...(lasts === undefined ? [] : [lasts])];
  const wrong = spans.some((span, index) => !(index === 0 && span === '0m') && !Duration.safeParse(span).success);
  if (wrong || more.length > 0)
    throw invalid(text, 'an alarm goes off after a time such as 10m, or 10m+1m if it comes back');
  const [begin = 0, length] = spans.map((span) => secondsOf(span) * 1000);
  return { after: begin, ...(length === undefined ? {} : { lasts: length }) };
}

/** How the sandbox knows each probe, and how often one verification asks it, by how people name it. */
function probesIn({ pipelines }: Config): Map<string, Pick<ProbeFault, 'probe' | 'times'>> {
  return new Map(
    pipelines.flatMap(({ document }) =>
      document.environments.flatMap(({ verify = [] }) =>
        verify.map((probe): [string, Pick<ProbeFault, 'probe' | 'times'>] => {
          const times = 1 + (probe.retries ?? 0);
          if ('lambda' in probe) return [probe.lambda, { probe: probe.lambda, times }];
          if ('stateMachine' in probe) return [probe.stateMachine, { probe: probe.stateMachine, times }];
          const { stack, name } = probe.http.output;
          return [`${stack}.${name}`, { probe: outputOf(document.stacks, probe), times }];
        }),
      ),
    ),
  );
}

/** How the sandbox knows the output of a page: by the stack's name in CloudFormation. */
export function outputOf(
  stacks: readonly { readonly name: string; readonly stackName: string }[],
  { http }: Extract<Probe, { http: object }>,
): string {
  const { stack, name } = http.output;
  return `${stacks.find((one) => one.name === stack)?.stackName}.${name}`;
}

function invalid(fault: string, detail: string) {
  return failure('FAULT_INVALID', { fault, detail, hint: 'See docs/how-to/inject-a-fault.md.' });
}
