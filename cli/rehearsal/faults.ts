/** What a person asks to go wrong in a rehearsal. */
import type { Fault, ResourceFault } from '#sandbox/fault.ts';
import type { Config } from '#shared/domain/config/config.ts';
import { matchTargets } from '#shared/domain/config/match-targets.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';

const statuses = ['CREATE_FAILED', 'UPDATE_FAILED', 'DELETE_FAILED'] as const;

export interface RequestedFault {
  /** As it was written. */
  readonly text: string;
  /** One for each account it means. */
  readonly faults: readonly Fault[];
}

/** Reads `<target or environment>:<logical id>:<status>`. Throws FAULT_INVALID. */
export function requestedFault(text: string, config: Config): RequestedFault {
  const [place = '', logicalId = '', word = ''] = text.split(':');
  const status = statuses.find((known) => known === word);
  if (status === undefined || logicalId === '') {
    throw failure('FAULT_INVALID', {
      fault: text,
      detail: `it has no logical id and status of ${statuses.join(', ')}`,
    });
  }
  const accounts = accountsOf(place, config);
  if (accounts.length === 0)
    throw failure('FAULT_INVALID', { fault: text, detail: `no target or environment is called ${place}` });
  const reason = `Injected by the rehearsal: ${text}`;
  return {
    text,
    faults: accounts.map(
      (account): ResourceFault => ({ kind: 'resource', account, logicalId, status, reason, times: 1 }),
    ),
  };
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
