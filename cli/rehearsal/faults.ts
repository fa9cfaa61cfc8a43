/** What a person asks to go wrong in a rehearsal. */
import type { Fault, ResourceFault } from '#sandbox/fault.ts';
import type { Config } from '#shared/domain/config/config.ts';
import { matchTargets } from '#shared/domain/config/match-targets.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { listed } from '#shared/domain/errors/problem.ts';
import { isProbeFault, probeFaults } from './probe-faults.ts';

type Strike = Pick<ResourceFault, 'status' | 'during' | 'when'>;

/**
 * What each status word means for the resource. The last two are statuses of the stack: the resource fails, and then fails again on the
 * way back.
 */
const strikes: Readonly<Record<string, readonly Strike[]>> = {
  CREATE_FAILED: [{ status: 'CREATE_FAILED' }],
  UPDATE_FAILED: [{ status: 'UPDATE_FAILED' }],
  DELETE_FAILED: [{ status: 'DELETE_FAILED' }],
  ROLLBACK_FAILED: [
    { status: 'CREATE_FAILED', when: 'after' },
    { status: 'DELETE_FAILED', during: 'rollback' },
  ],
  UPDATE_ROLLBACK_FAILED: [
    { status: 'UPDATE_FAILED', during: 'forward' },
    { status: 'UPDATE_FAILED', during: 'rollback' },
  ],
};

export interface RequestedFault {
  /** As it was written. */
  readonly text: string;
  /** For each account it means, what has to go wrong there, in this order. */
  readonly faults: readonly Fault[];
  /** What the last of them says when it happens. */
  readonly reached: string;
}

/**
 * Reads `<target or environment>:<logical id>:<status>`, and what `probeFaults` reads. `resources`: every logical id of the release. Throws FAULT_INVALID, saying which of
 * the three is wrong.
 */
export function requestedFault(text: string, config: Config, resources: readonly string[]): RequestedFault {
  const [place = '', logicalId = '', word = '', ...rest] = text.split(':');
  const refuse = (detail: string, hint: string) => failure('FAULT_INVALID', { fault: text, detail, hint });
  if (isProbeFault(text)) {
    const faults = probeFaults(text, knownAccounts(text, place, config), config);
    return { text, faults, reached: `Injected by the rehearsal: ${text}` };
  }
  const form = 'Write <target or environment>:<logical id>:<status>, for example production:Api:UPDATE_FAILED.';
  if (logicalId === '' || word === '' || rest.length > 0) throw refuse('it does not have three parts', form);
  const struck = Object.hasOwn(strikes, word) ? (strikes[word] ?? []) : [];
  const statuses = Object.keys(strikes);
  if (struck.length === 0) throw refuse(`there is no status ${word}`, `Name one of ${statuses.join(', ')}.`);
  const accounts = knownAccounts(text, place, config);
  // What a release deletes is not in it any more.
  if (word !== 'DELETE_FAILED' && !resources.includes(logicalId))
    throw refuse(`no template has a resource ${logicalId}`, `Name one of ${listed(resources)}.`);
  const reasons = struck.map(
    (_, index) => `Injected by the rehearsal: ${text}${index === 0 ? '' : ', on the way back'}`,
  );
  const faults = accounts.flatMap((account) =>
    struck.map((strike, index): ResourceFault => {
      return { kind: 'resource', account, logicalId, ...strike, reason: reasons[index] ?? '', times: 1 };
    }),
  );
  return { text, faults, reached: reasons.at(-1) ?? '' };
}

function knownAccounts(text: string, place: string, config: Config): string[] {
  const accounts = accountsOf(place, config);
  if (accounts.length > 0) return accounts;
  const detail = `no target or environment is called ${place}`;
  throw failure('FAULT_INVALID', { fault: text, detail, hint: `Name one of ${listed(placesIn(config))}.` });
}

function placesIn({ targets, pipelines }: Config): string[] {
  const environments = pipelines.flatMap(({ document }) => document.environments.map(({ name }) => name));
  return [...targets.map(({ document }) => document.metadata.name), ...environments];
}

function accountsOf(place: string, config: Config): string[] {
  const targets = config.targets.map(({ document }) => ({
    ...document,
    name: document.metadata.name,
    labels: document.metadata.labels,
  }));
  const environments = config.pipelines
    .flatMap(({ document }) => document.environments)
    .filter((environment) => environment.name === place);
  const meant = [
    ...targets.filter((target) => target.name === place),
    ...environments.flatMap((environment) => matchTargets(environment, targets)),
  ];
  return [...new Set(meant.map((target) => target.account))];
}
