/** The pages of a rehearsal answer as the pipeline expects, since there is nobody behind them. */
import type { PageAnswer } from '#sandbox/outside.ts';
import type { Config } from '#shared/domain/config/config.ts';
import { outputOf } from './probe-faults.ts';

/** One answer for each page that an environment verifies. */
export function expectedPages({ pipelines }: Config): PageAnswer[] {
  return pipelines.flatMap(({ document }) =>
    document.environments.flatMap(({ verify = [] }) =>
      verify.flatMap((probe) => {
        if (!('http' in probe)) return [];
        const { path = '', statuses = [200], contains = '' } = probe.http;
        return [{ output: outputOf(document.stacks, probe), path, status: statuses[0] ?? 200, body: contains }];
      }),
    ),
  );
}
