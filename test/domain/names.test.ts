import { describe, expect, it } from 'vitest';
import { changeSetName, isChangeSetOf, recoveryToken } from '#shared/domain/names.ts';
import { otherPromotionId, promotionId } from '#test/builders.ts';

describe('the change sets of a promotion', () => {
  it('are told by their names, in whichever round they were made', () => {
    expect([1, 2, 17].map((round) => isChangeSetOf(promotionId, changeSetName(promotionId, round)))).toEqual([
      true,
      true,
      true,
    ]);
    expect(isChangeSetOf(promotionId, changeSetName(otherPromotionId, 1))).toBe(false);
    expect(isChangeSetOf(promotionId, `somebody-${changeSetName(promotionId, 1)}`)).toBe(false);
  });
});

describe('the token of a recovery', () => {
  const step = { environment: 'production', stack: 'api', digest: `sha256:${'1'.repeat(64)}` };

  it('is the same each time, fits CloudFormation, and is another for another plan', () => {
    expect(recoveryToken(promotionId, step)).toBe(recoveryToken(promotionId, step));
    expect(recoveryToken(promotionId, step)).toMatch(/^[a-zA-Z0-9][-a-zA-Z0-9]{0,127}$/);
    expect(recoveryToken(promotionId, { ...step, digest: `sha256:${'2'.repeat(64)}` })).not.toBe(
      recoveryToken(promotionId, step),
    );
  });
});
