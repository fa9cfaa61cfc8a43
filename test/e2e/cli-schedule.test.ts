/** drawbridge schedule, and schedules in drawbridge apply: over the wire, in a saved world. */
import { beforeAll, expect, it } from 'vitest';
import { workspace } from '../cli/workspace.ts';
import { drawbridge, drawbridgeJson, newFolder } from './cli-world.ts';
import { openRehearsal } from './rehearsed-world.ts';

let where: string[] = [];
const text = `apiVersion: drawbridge/v1
kind: Schedule
metadata: { name: nightly }
pipeline: orders
expression: cron(30 2 ? * MON-FRI *)
timezone: Europe/Zurich
environments: [production]
`;

beforeAll(async () => {
  const rehearsal = await openRehearsal();
  const world = newFolder();
  await rehearsal.sandbox.save(world);
  await rehearsal.close();
  where = ['--sandbox', '--world', world, '--as', 'carol'];
}, 240_000);

it('is applied once, shown, previewed, paused, resumed and removed', async () => {
  const path = `${await workspace({ 'drawbridge.schedules.yml': text })}/drawbridge.schedules.yml`;
  expect((await drawbridge('validate', path)).out).toContain('1 schedule');
  expect((await drawbridge('schedule', 'list', ...where)).out).toBe('There is no schedule yet.');
  const applied = await drawbridgeJson('apply', path, '--yes', ...where);
  expect(applied.progress.join('\n')).toContain('+ expression  "cron(30 2 ? * MON-FRI *)"');
  expect(applied.json).toMatchObject({
    applied: true,
    schedules: [{ name: 'nightly', change: 'created', version: 1 }],
  });
  expect((await drawbridgeJson('apply', path, ...where)).json).toMatchObject({
    applied: false,
    schedules: [{ change: 'unchanged', version: 1 }],
  });

  expect((await drawbridge('schedule', 'list', ...where)).out).toMatch(
    /^nightly +version 1 {2}promote orders to production, cron\(30 2 \? \* MON-FRI \*\) Europe\/Zurich$/,
  );
  const preview = await drawbridgeJson('schedule', 'preview', 'nightly', '--count', '2', ...where);
  expect(preview.json.runs).toHaveLength(2);
  expect(preview.json.runs[0]).toMatch(/T0[01]:30:00.000Z$/);
  expect((await drawbridge('schedule', 'pause', 'nightly', ...where)).out).toMatch(/version 2 .* paused$/);
  expect((await drawbridge('schedule', 'preview', 'nightly', ...where)).out).toMatch(/^paused; it would fire\n/);
  expect((await drawbridge('schedule', 'resume', 'nightly', ...where)).out).toMatch(/version 3 .*Zurich$/);
  expect((await drawbridge('schedule', 'history', 'nightly', ...where)).out).toContain('has not fired yet');
  expect((await drawbridge('schedule', 'remove', 'nightly', ...where)).out).toBe('removed nightly');
  const gone = await drawbridgeJson('schedule', 'preview', 'nightly', ...where);
  expect([gone.exit, gone.out]).toEqual([2, expect.stringContaining('SCHEDULE_UNKNOWN')]);
}, 240_000);

it('has to be named, except to list', async () => {
  expect(await drawbridgeJson('schedule', 'pause', ...where)).toMatchObject({ exit: 2 });
});
