/** What a person asks to go wrong in a rehearsal. */
import type { Fault, ResourceFault } from '#sandbox/fault.ts';
import type { Config } from '#shared/domain/config/config.ts';
import { matchTargets } from '#shared/domain/config/match-targets.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
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

/** Reads `<target or environment>:<logical id>:<status>`, and what `probeFaults` reads. Throws FAULT_INVALID. */
export function requestedFault(text: string, config: Config): RequestedFault {
  const [place = '', logicalId = '', word = ''] = text.split(':');
  if (isProbeFault(text)) {
    const faults = probeFaults(text, knownAccounts(text, place, config), config);
    return { text, faults, reached: `Injected by the rehearsal: ${text}` };
  }
  const struck = Object.hasOwn(strikes, word) ? (strikes[word] ?? []) : [];
  if (struck.length === 0 || logicalId === '') {
    throw failure('FAULT_INVALID', {
      fault: text,
      detail: `it has no logical id and status of ${Object.keys(strikes).join(', ')}`,
    });
  }
  const accounts = knownAccounts(text, place, config);
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
  throw failure('FAULT_INVALID', { fault: text, detail: `no target or environment is called ${place}` });
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
