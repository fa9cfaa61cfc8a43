/** Faults as a person writes them. */
import { describe, expect, it } from 'vitest';
import { loadConfig } from '#cli/load-config.ts';
import { requestedFault } from '#cli/rehearsal/faults.ts';

async function refusal(text: string) {
  const loaded = await loadConfig('examples/orders');
  if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.problems));
  try {
    return requestedFault(text, loaded.config, ['Topic']);
  } catch (error) {
    return error;
  }
}

describe('a fault', () => {
  it.each([
    ['without a status', 'production:Topic', 'does not have three parts', 'for example production:Api:UPDATE_FAILED'],
    ['with too much', 'production:Topic:CREATE_FAILED:x', 'does not have three parts', 'Write <target'],
    ['with another status', 'production:Topic:BROKEN', 'no status BROKEN', 'Name one of CREATE_FAILED'],
    ['for another place', 'nowhere:Topic:CREATE_FAILED', 'is called nowhere', 'Name one of '],
    ['for another resource', 'production:Topc:CREATE_FAILED', 'no template has a resource Topc', 'Name one of Topic.'],
  ])('%s is refused, and what there is is named', async (_case, text, cause, next) => {
    expect(await refusal(text)).toMatchObject({
      problem: { code: 'FAULT_INVALID', cause: expect.stringContaining(cause), next: expect.stringContaining(next) },
    });
  });

  it('may strike what the release deletes, which it does not have any more', async () => {
    expect(await refusal('production:Gone:DELETE_FAILED')).toMatchObject({ text: expect.stringContaining(':Gone:') });
  });
});
