import { describe, expect, it } from 'vitest';
import { problem } from '#shared/domain/errors/catalogue.ts';
import type { Problem } from '#shared/domain/errors/problem.ts';

/** Entries that only the command line reports; all others are read in the tests of the rules that report them. */
const reported: readonly (readonly [Problem, string])[] = [
  [problem('FILE_NOT_FOUND', { path: 'x.yml' }), 'There is no file x.yml.'],
  [problem('FILE_ENCODING', { path: 'x.yml' }), 'The file x.yml is not UTF-8 text.'],
  [problem('FILE_UNREADABLE', { path: 'x', detail: 'EACCES' }), 'The file x could not be read (EACCES).'],
  [problem('PATH_OUTSIDE', { path: '../x' }), 'The path ../x leaves the folder of drawbridge.yml.'],
  [problem('TEMPLATE_INVALID', { detail: 'Template format error.' }), 'Template format error.'],
  [problem('TEMPLATE_CYCLE', { path: 'a.yaml' }), 'The nested template a.yaml contains itself.'],
  [problem('USAGE', { detail: 'No command is given.', hint: 'Name one.' }), 'No command is given.'],
  [problem('PERSON_UNKNOWN', { name: 'eve', known: ['alice', 'bob'] }), 'Nobody is called eve in the sandbox.'],
  [
    problem('FAULT_INVALID', { fault: 'x', detail: 'no status', hint: 'Name one.' }),
    'The fault x cannot be injected: no status.',
  ],
  [problem('WORLD_UNREADABLE', { folder: 'x', reason: 'no JSON' }), 'The sandbox saved in x cannot be read: no JSON.'],
  [
    problem('WORLD_NOT_CHOSEN', {}),
    'The command does not know where to work: neither an API nor the sandbox is named.',
  ],
  [problem('UNEXPECTED', { detail: 'TypeError' }), 'Drawbridge itself failed: TypeError'],
];

describe('what the command line reports', () => {
  it.each(reported)('$code', (found, cause) => {
    expect(found.cause).toBe(cause);
    expect(found.next).toMatch(/\.$/);
    expect(found.exit).toBe(found.code === 'UNEXPECTED' ? 1 : 2);
  });
});
