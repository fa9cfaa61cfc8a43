import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { PromotionEvent } from '#shared/domain/events/event.ts';
import { report } from '#shared/lambda/report.ts';
import { promotionId } from '#test/builders.ts';
import { logged } from './logged.ts';

let log: ReturnType<typeof logged>;
beforeEach(() => {
  log = logged();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const about = { promotion: promotionId, pipeline: 'orders', executionArn: 'arn:execution', events: [], measures: [] };

describe('what was told', () => {
  it('is logged with the promotion, the execution and the trace, and without what people said', () => {
    vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1-5759e988-bd862e3fe1be46a994272793');
    const detail = { sequence: 4, state: 'approved', environment: 'production', summary: 'CANARY' };
    report({ ...about, events: [{ detailType: 'Drawbridge Approval Decided', detail } as unknown as PromotionEvent] });
    expect(log.lines()).toMatchObject([
      {
        message: 'Drawbridge Approval Decided',
        ...{ promotion: promotionId, executionArn: 'arn:execution', sequence: 4, state: 'approved' },
        environment: 'production',
        xray_trace_id: '1-5759e988-bd862e3fe1be46a994272793',
      },
    ]);
    expect(log.text()).not.toContain('CANARY');
    vi.unstubAllEnvs();
  });

  it('is measured by service and pipeline; the promotion stands beside the number and is no dimension', () => {
    report({ ...about, measures: [{ name: 'DurationSeconds', unit: 'Seconds', value: 90 }] });
    expect(log.lines()).toMatchObject([
      {
        _aws: {
          CloudWatchMetrics: [
            {
              Namespace: 'Drawbridge',
              Dimensions: [['service', 'pipeline']],
              Metrics: [{ Name: 'DurationSeconds', Unit: 'Seconds' }],
            },
          ],
        },
        ...{ service: 'drawbridge', pipeline: 'orders', promotion: promotionId, DurationSeconds: 90 },
      },
    ]);
  });

  it('says what could not be told', () => {
    const trouble = failure('AWS_UNREACHABLE', { service: 'Amazon EventBridge', message: 'x' });
    report({ ...about, trouble });
    expect(log.lines()).toMatchObject([{ level: 'ERROR', code: 'AWS_UNREACHABLE', promotion: promotionId }]);
  });
});
