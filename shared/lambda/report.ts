/** What was told of promotions, in the log and as metrics (CloudWatch's embedded metric format: a log line, no call). */
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Told, ToldRestriction } from '#shared/domain/events/told.ts';
import { log, logFailure } from './log.ts';

const metrics = new Metrics({ namespace: 'Drawbridge', serviceName: 'drawbridge' });

/** What reconcile could not finish: tried again in the next pass, or given up and left to people. */
export function countUnfinished(name: 'ReconcileTrouble' | 'ReconcileGivenUp', promotions: readonly string[]): void {
  if (promotions.length === 0) return;
  log.warn(name, { promotions });
  metrics.singleMetric().addMetric(name, 'Count', promotions.length);
}

/** Dimensions cost money by the value, so a pipeline is one and a promotion is none: it stands beside the number. */
export function report({ promotion, pipeline, executionArn, events, measures, trouble }: Told): void {
  for (const { detailType, detail } of events) {
    const { sequence, environment, state } = { environment: undefined, ...detail };
    log.info(detailType, { promotion, environment, executionArn, sequence, state });
  }
  for (const { name, unit, value } of measures)
    metrics
      .singleMetric()
      .addDimension('pipeline', `${pipeline}`)
      .addMetadata('promotion', promotion)
      .addMetric(name, unit, value);
  if (trouble !== undefined) logFailure('could not tell', trouble, { promotion });
}

/** What of a restriction could not be told, in the log. */
export function reportRestriction({ restriction, trouble }: ToldRestriction): void {
  if (trouble !== undefined) logFailure('could not tell', trouble, { restriction });
}
