import { describe, expect, it } from 'vitest';
import { pastWindowFaults, pastWindows } from '#shared/domain/policy/past-windows.ts';
import { monday } from '#test/builders.ts';
import { aWindow } from '#test/domain/window/window-builders.ts';

const weekly = aWindow();
const over = aWindow({ name: 'over', once: { from: '2026-01-01T00:00', to: '2026-01-05T10:00' } });
const lasting = aWindow({ name: 'lasting', once: { from: '2026-01-01T00:00', to: '2026-01-05T10:01' } });
const skipped = aWindow({ name: 'skipped', once: { from: '2026-03-29T02:10', to: '2026-03-29T02:20' } });
const fault = (index: number) => ({
  ...{ code: 'FIELD_INVALID', pointer: `/windows/${index}/once/to` },
  detail: 'is in the past, so the window would never come',
});

describe('windows that never come any more', () => {
  it('are those that are over, to the minute of their own clocks, and those that clocks skip', () => {
    const windows = [weekly, over, lasting, skipped];
    expect(pastWindows({ windows }, monday)).toEqual([
      { window: over, index: 1 },
      { window: skipped, index: 3 },
    ]);
  });

  it.each<[string, Parameters<typeof pastWindowFaults>[0], Parameters<typeof pastWindowFaults>[1], object[]]>([
    ['refused in a new policy', { windows: [weekly, over] }, undefined, [fault(1)]],
    ['refused where they are added', { windows: [over] }, {}, [fault(0)]],
    ['refused where they are changed', { windows: [over] }, { windows: [{ ...over, kind: 'deny' }] }, [fault(0)]],
    ['left where they hold already', { windows: [lasting, over] }, { windows: [over] }, []],
    ['none where there are no windows', {}, undefined, []],
  ])('are %s', (_, policy, before, expected) => {
    expect(pastWindowFaults(policy, before, monday)).toEqual(expected);
  });
});
